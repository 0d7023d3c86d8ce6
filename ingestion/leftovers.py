"""Removes what a killed landing left behind: files under temporary names and files of batches that never were."""

import time
from pathlib import Path

from ingestion.manifest import Manifest

#: Another landing may be at work: only what nobody has touched for so long is left over. Seconds.
UNTOUCHED = 24 * 3600.0


def remove_leftovers(data_dir: Path, source: str) -> list[Path]:
    """Removes from raw/<source> and quarantine/<source> what no manifest entry names; returns what was removed."""
    manifest = Manifest(data_dir)
    committed = manifest.batch_ids()
    before = time.time() - UNTOUCHED
    removed = []
    for area in ("raw", "quarantine"):
        for path in sorted((Path(data_dir) / area / source).glob("*/*")):
            if not _is_left_over(path, committed):
                continue
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed.append(path)
            except FileNotFoundError:
                continue
    return removed


def _is_left_over(path: Path, committed: set[str]) -> bool:
    if path.name.startswith("."):
        return path.name.endswith((".tmp", ".tmp.kept"))
    batch_id, is_numbered, _ = path.name.rpartition("-")
    return bool(is_numbered) and path.suffix == ".parquet" and batch_id not in committed
