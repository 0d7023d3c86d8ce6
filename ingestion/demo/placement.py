"""Puts generated files into a data folder so that an interruption is noticed and cleaned up.

Everything is written below `.demo-staging/` first, then moved file by file; company/demo.json is the last
one and says that the company is whole. `.demo-staging/files.json` lists what a broken move may have left.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingestion.errors import SourceError

STAGING, LIST, LOCK, MARKER = ".demo-staging", "files.json", ".demo.lock", "company/demo.json"
#: What only the demo company writes; where it is there without the marker, the folder is somebody else's.
OWN_PLACES = ("inbox", "company", "truth", "sources.yaml")


class PlacementError(SourceError):
    """The data folder cannot take the demo company; one line that says what to do."""


def already_there(data_dir: Path, parameters: dict[str, Any]) -> bool:
    """Whether the folder holds exactly this company. Raises PlacementError when it holds anything else."""
    clean_up(data_dir)
    marker = data_dir / MARKER
    if marker.is_file():
        try:
            given = json.loads(marker.read_text("utf-8"))["parameters"]
        except (ValueError, KeyError, TypeError):
            raise PlacementError(f"{marker} cannot be read; delete {data_dir} and run again") from None
        if given == parameters:
            return True
        names = sorted(name for name in {*given, *parameters} if given.get(name) != parameters.get(name))
        changes = ", ".join(f"{name} {given.get(name)} -> {parameters.get(name)}" for name in names)
        raise PlacementError(
            f"{data_dir} holds a demo company with other parameters ({changes}); "
            "delete that folder or choose another OPS_DATA_DIR"
        )
    taken = [name for name in OWN_PLACES if _holds_a_file(data_dir / name)]
    if taken:
        raise PlacementError(
            f"{data_dir} already has {', '.join(taken)} that the demo did not write; choose an empty OPS_DATA_DIR"
        )
    return False


def _holds_a_file(place: Path) -> bool:
    return place.is_file() or any(path.is_file() for path in place.rglob("*"))


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Only one process generates into a folder; another one is told so at once."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with open(data_dir / LOCK, "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlacementError(f"another process is generating into {data_dir}; wait for it") from None
        yield


def clean_up(data_dir: Path) -> None:
    """Remove what an interrupted generation left behind."""
    staging = data_dir / STAGING
    if not staging.is_dir():
        return
    if not (data_dir / MARKER).exists() and (staging / LIST).is_file():
        for name in json.loads((staging / LIST).read_text("utf-8")):
            (data_dir / name).unlink(missing_ok=True)
        _remove_empty(data_dir)
    shutil.rmtree(staging)


def _remove_empty(data_dir: Path) -> None:
    """Folders that hold nothing any more, the deepest first."""
    for place in OWN_PLACES:
        for folder, _, _ in os.walk(data_dir / place, topdown=False):
            if not any(Path(folder).iterdir()):
                Path(folder).rmdir()


def new_staging(data_dir: Path) -> Path:
    """An empty folder to write into."""
    staging = data_dir / STAGING
    staging.mkdir(parents=True)
    return staging


def place(data_dir: Path, staging: Path) -> None:
    """Move every staged file to its place, the marker last."""
    names = sorted(path.relative_to(staging).as_posix() for path in staging.rglob("*") if path.is_file())
    names.sort(key=lambda name: name == MARKER)
    listed = staging / LIST
    listed.with_suffix(".new").write_text(json.dumps(names), "utf-8")
    os.replace(listed.with_suffix(".new"), listed)
    for name in names:
        target = data_dir / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(staging / name, target)
    shutil.rmtree(staging)
