"""The progress line of a long load: files, rows, rows a second, time left. For logger `ingestion.progress`."""

import logging
import time
from dataclasses import dataclass, field

log = logging.getLogger("ingestion.progress")


@dataclass
class Loading:
    """One load of `files` files with `size` bytes as they lie on disk."""

    source: str
    files: int
    size: int
    _rows: int = 0
    _size: int = 0
    _started: float = field(default_factory=time.monotonic)

    def did(self, name: str, rows: int, size: int) -> None:
        """Rows of so many bytes are landed; `name` is the file that is being read."""
        self._rows, self._size = self._rows + rows, self._size + size
        log.info("%s", self.line(name, time.monotonic() - self._started))

    def line(self, name: str, seconds: float) -> str:
        """'app_events: 1,250,000 rows of 3 files (b.ndjson), 41 %, 208,333 rows/s, about 9 s left'."""
        seconds = max(seconds, 1e-3)
        share = min(self._size / self.size, 1.0) if self.size else 1.0
        left = f", about {seconds / share - seconds:,.0f} s left" if 0 < share < 1 else ""
        files = f"{self.files:,} files" if self.files != 1 else "1 file"
        return (
            f"{self.source}: {self._rows:,} rows of {files} ({name}), {share:.0%}, "
            f"{self._rows / seconds:,.0f} rows/s{left}"
        )
