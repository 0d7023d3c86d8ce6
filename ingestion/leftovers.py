"""Removes what a killed landing left behind: files under temporary names and files of batches that never were."""

import os
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
        for path in _left_over(Path(data_dir) / area / source, committed):
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
                    removed.append(path)
            except FileNotFoundError:
                continue
    return removed


def _left_over(folder: Path, committed: set[str]) -> list[Path]:
    """Told by name alone: there may be thousands of good files."""
    try:
        entities = [item.name for item in os.scandir(folder) if item.is_dir()]
    except FileNotFoundError:
        return []
    return sorted(
        folder / entity / name
        for entity in entities
        for name in os.listdir(folder / entity)
        if _is_left_over(name, committed)
    )


def _is_left_over(name: str, committed: set[str]) -> bool:
    if name.startswith("."):
        return name.endswith((".tmp", ".tmp.kept"))
    batch_id, is_numbered, _ = name.rpartition("-")
    return bool(is_numbered) and name.endswith(".parquet") and batch_id not in committed
