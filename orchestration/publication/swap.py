"""The one moment in which readers change from the old version to the new, and the life of versions."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import SourceError
from ingestion.manifest import sync_folder, write_atomically

#: Versions that stay, the newest included: a reader that opened one keeps it in any case.
KEPT_VERSIONS = 3
RECEIPT = "publication.json"


@dataclass(frozen=True)
class Receipt:
    """What a version was made of; lies in its folder."""

    publication_id: str
    published_at: str
    as_of: str
    run_id: str
    fingerprint: str


def versions_folder(data_dir: Path) -> Path:
    return data_dir / "published" / "versions"


def current_receipt(data_dir: Path) -> Receipt | None:
    """The receipt of what readers see now; None before the first publication. Raises SourceError for a damaged one."""
    path = data_dir / "published" / "current" / RECEIPT
    try:
        return Receipt(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise SourceError(
            f"published/current/{RECEIPT} is damaged: put it back from a backup, or point the link published/current "
            "at an older folder of published/versions"
        ) from error


def scratch_folder(data_dir: Path, publication_id: str) -> Path:
    """A fresh name to write a version under; leftovers of killed runs are removed first."""
    folder = versions_folder(data_dir)
    for leftover in folder.glob(".*.writing"):
        shutil.rmtree(leftover)
    return folder / f".{publication_id}.writing"


def publish_version(data_dir: Path, scratch: Path, receipt: Receipt) -> Path:
    """Give the written folder its name and point `published/current` at it, atomically and as the last act."""
    write_atomically(scratch / RECEIPT, json.dumps(receipt.__dict__, indent=1))
    final = versions_folder(data_dir) / receipt.publication_id
    os.rename(scratch, final)
    sync_folder(final.parent)
    published = data_dir / "published"
    # Before the first publication these two point at nothing yet; a run killed here is as if it never published.
    _point(published / "ops.duckdb", "current/ops.duckdb")
    _point(published / "parquet", "current/parquet")
    _point(published / "current", f"versions/{receipt.publication_id}")
    sync_folder(published)
    return final


def old_versions(data_dir: Path, keep: int = KEPT_VERSIONS) -> list[Path]:
    """All but the newest `keep` versions; the current one is never among them."""
    current = (data_dir / "published" / "current").resolve()
    versions = sorted(path for path in versions_folder(data_dir).glob("*") if not path.name.startswith("."))
    return [path for path in versions[:-keep] if path.resolve() != current]


def remove_old_versions(data_dir: Path, keep: int = KEPT_VERSIONS) -> list[str]:
    """Remove them; their names."""
    old = old_versions(data_dir, keep)
    for path in old:
        shutil.rmtree(path)
    return [path.name for path in old]


def _point(link: Path, target: str) -> None:
    if link.is_symlink() and os.readlink(link) == target:
        return
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    os.replace(temporary, link)
