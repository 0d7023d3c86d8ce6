"""Who was erased: HMACs of their ids with the tombstone that stands for them, in `erased/people.json`.

The list says nothing without its key, `erased/key`: whoever has both can ask whether a known id was erased, nobody
can read an id out of it. Both belong into the backup of the data folder: without them an old file brings a person back.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.errors import SourceError
from ingestion.hmac_sql import hmac_hex, hmac_parameters
from ingestion.manifest import sync_folder, write_atomically

FOLDER = "erased"
#: What a tombstone begins with; 16 random hex digits follow.
TOMBSTONE = "erased-"
USER, DEVICE = "user", "device"
#: kind (USER, DEVICE), app_id, id: an id means somebody only in its app.
PersonId = tuple[str, str, str]
_KEY_BYTES = 32


@dataclass(frozen=True)
class ErasedList:
    """`people` as they stand in the file, oldest first: tombstone, app_id, erased_at, ids (HMACs)."""

    folder: Path
    key: bytes
    people: tuple[dict[str, Any], ...]

    @classmethod
    def read(cls, data_dir: Path) -> "ErasedList | None":
        """None where nobody was ever erased. Raises SourceError where the list, or its key, is lost."""
        folder = Path(data_dir) / FOLDER
        people, key = folder / "people.json", folder / "key"
        if not people.exists() and not key.exists():
            return None
        try:
            listed = tuple(json.loads(people.read_text("utf-8")))
            return cls(folder, key.read_bytes(), listed) if listed else None
        except (OSError, ValueError) as error:
            raise SourceError(
                f"{FOLDER}/people.json and {FOLDER}/key keep erased people out and cannot be read: put both back "
                "from a backup"
            ) from error

    @classmethod
    def opened(cls, data_dir: Path) -> "ErasedList":
        """The list to add to, with a key of its own while it is empty. The caller holds the writer lock."""
        found = cls.read(data_dir)
        if found is not None:
            return found
        folder = Path(data_dir) / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(folder / "people.json", "[]")
        key = folder / "key"
        if not key.exists() or key.stat().st_size < _KEY_BYTES:
            descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            sync_folder(folder)
        return cls(folder, key.read_bytes(), ())

    def mark(self, person_id: PersonId) -> str:
        """HMAC-SHA-256 of an id, in hex."""
        return hmac.digest(self.key, _message(*person_id).encode(), "sha256").hex()

    def content_mark(self, content_hash: str) -> str:
        """What takes the place of the content hash of a person's row: as long, as equal, and no key to its content."""
        return hmac.digest(self.key, f"content:{content_hash}".encode(), "sha256").hex()[:32]

    @cached_property
    def tombstones(self) -> dict[str, str]:
        """HMAC of each erased id -> tombstone."""
        return {mark: person["tombstone"] for person in self.people for mark in person["ids"]}

    @property
    def apps(self) -> set[str]:
        return {person["app_id"] for person in self.people}

    def tombstone_of(self, person_id: PersonId) -> str | None:
        return self.tombstones.get(self.mark(person_id))

    def erased_at(self, tombstone: str) -> str:
        return next(person["erased_at"] for person in self.people if person["tombstone"] == tombstone)

    def among(self, connection: duckdb.DuckDBPyConnection, candidates: str) -> dict[PersonId, str]:
        """Tombstones of those erased of a query for (kind, app_id, id); the ids never leave DuckDB."""
        message = "kind || ':' || length(app_id) || ':' || app_id || ':' || id"  # as _message
        marks = pa.table({"mark": pa.array(list(self.tombstones), pa.string())})
        connection.register("erased_marks", marks)
        rows = connection.execute(
            f"""select kind, app_id, id, mark
            from (
                select kind, app_id, id, {hmac_hex(message)} as mark
                from (select distinct kind, app_id, id from ({candidates}))
            )
            where mark in (from erased_marks)""",
            hmac_parameters(self.key),
        ).fetchall()
        connection.unregister("erased_marks")
        return {(kind, app_id, text): self.tombstones[mark] for kind, app_id, text, mark in rows}

    def add(self, tombstone: str, app_id: str, ids: Iterable[PersonId]) -> None:
        """Keep these ids out from now on; adding a tombstone again changes nothing."""
        if any(person["tombstone"] == tombstone for person in self.people):
            return
        marks = sorted(self.mark(person_id) for person_id in ids)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        person = {"tombstone": tombstone, "app_id": app_id, "erased_at": now, "ids": marks}
        write_atomically(self.folder / "people.json", json.dumps([*self.people, person], indent=1))


def new_tombstone() -> str:
    return TOMBSTONE + secrets.token_hex(8)


def _message(kind: str, app_id: str, text: str) -> str:
    return f"{kind}:{len(app_id)}:{app_id}:{text}"


def spellings(people: Iterable[PersonId]) -> Iterator[str]:
    """The ids as they are written, the longest first, so that none hides in another."""
    yield from sorted({text for _, _, text in people}, key=lambda text: (-len(text), text))
