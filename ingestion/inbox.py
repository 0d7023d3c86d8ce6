"""Looks into `inbox/` safely: regular files inside the data folder, complete, in a stable order."""

import hashlib
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import SourceError

#: A file that changed less than this many seconds ago is looked at twice: it may still be growing.
SETTLING_SECONDS = 2.0


@dataclass(frozen=True)
class InboxFile:
    """A file to read. `name` is relative to the data folder, with forward slashes; bytes of a name that are no
    UTF-8 (an archive packed elsewhere) are shown as \\xNN.
    """

    path: Path
    name: str
    size: int
    modified_ns: int

    def sha256(self) -> str:
        digest = hashlib.sha256()
        with open(self.path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def inbox_files(data_dir: Path, folder: str) -> list[InboxFile]:
    """Files below `inbox/<folder>`: no hidden ones, no link that leads out, none that is still growing.

    A file modified within the last seconds is measured again after a pause and left for the next run
    when it has changed meanwhile. Raises SourceError when the folder itself is a link that leads out.
    """
    root = (Path(data_dir) / "inbox" / folder).resolve()
    if not root.is_relative_to(Path(data_dir).resolve()):
        raise SourceError(
            f"inbox/{folder} is a link out of the data folder: put the files into it, or set OPS_DATA_DIR to their disk"
        )
    first = _look(Path(data_dir).resolve(), root)
    newest = max((file.modified_ns for file in first.values()), default=0) / 1e9
    if time.time() - newest >= SETTLING_SECONDS:
        return [first[name] for name in sorted(first)]
    time.sleep(min(SETTLING_SECONDS, 0.5))
    second = _look(Path(data_dir).resolve(), root)
    return [second[name] for name in sorted(second) if first.get(name) == second[name]]


def _look(data_dir: Path, root: Path) -> dict[str, InboxFile]:
    """One stat a file and no path arithmetic: the sensor looks every minute, at 100,000 files too."""
    found: dict[str, InboxFile] = {}
    if not root.is_dir():
        return found
    folders = [str(root)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif facts := _facts_within(root, entry):
                    name = os.fsencode(entry.path[len(str(data_dir)) + 1 :]).decode(
                        "utf-8", "backslashreplace"
                    )
                    found[name] = InboxFile(Path(entry.path), name, facts.st_size, facts.st_mtime_ns)
    return found


def _facts_within(root: Path, entry: os.DirEntry[str]) -> os.stat_result | None:
    """None for what is no file, is gone, or is a link that leads out of `root`."""
    try:
        facts = entry.stat()
    except OSError:  # removed meanwhile, a link to nothing, a ring of links
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
        return None
    return facts
