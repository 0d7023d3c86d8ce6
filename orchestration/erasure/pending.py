"""An erasure under way: what a killed one needs to be finished, in plain text, until it is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ingestion.erasure.erased_list import FOLDER, ErasedList, PersonId
from ingestion.erasure.person_rows import ErasedPeople
from ingestion.errors import SourceError
from ingestion.manifest import write_atomically

FILE = "pending.json"


@dataclass(frozen=True)
class Pending:
    """`ids` become `tombstone`, each of `orphans` one of its own; `marks`: content hashes whose order must be kept."""

    app_id: str
    user: str
    tombstone: str
    ids: tuple[PersonId, ...]
    orphans: tuple[tuple[str, PersonId], ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, data_dir: Path) -> "Pending | None":
        path = data_dir / FOLDER / FILE
        if not path.exists():
            return None
        body = json.loads(path.read_text("utf-8"))
        ids = tuple((kind, app, text) for kind, app, text in body.pop("ids"))
        orphans = tuple((name, (kind, app, text)) for name, (kind, app, text) in body.pop("orphans"))
        return cls(**body, ids=ids, orphans=orphans)

    def write(self, data_dir: Path) -> None:
        path = data_dir / FOLDER / FILE
        write_atomically(path, json.dumps(asdict(self)))
        path.chmod(0o600)

    def forget(self, data_dir: Path) -> None:
        for leftover in (data_dir / FOLDER).glob(f".{FILE}.*"):
            leftover.unlink()
        (data_dir / FOLDER / FILE).unlink()

    @property
    def tombstones(self) -> dict[PersonId, str]:
        return dict.fromkeys(self.ids, self.tombstone) | {each: name for name, each in self.orphans}

    def people(self, erased: ErasedList) -> ErasedPeople:
        return ErasedPeople(self.tombstones, erased.content_mark, self.marks)

    def keep_out(self, data_dir: Path) -> ErasedList:
        """The list with all of them on it."""
        ErasedList.opened(data_dir).add(self.tombstone, self.app_id, self.ids)
        for name, orphan in self.orphans:
            ErasedList.opened(data_dir).add(name, self.app_id, [orphan])
        return ErasedList.opened(data_dir)


def is_pending(data_dir: Path) -> bool:
    return (data_dir / FOLDER / FILE).exists()


def refuse_while_pending(data_dir: Path) -> None:
    """Half of a person under one id and half under another are two people: nothing may be built of it.

    Raises SourceError.
    """
    if is_pending(data_dir):
        raise SourceError(
            "an erasure was interrupted: run `make erase`, which finishes it, then refresh again"
        )
