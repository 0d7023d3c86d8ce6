"""Progress lines for the person who typed `make refresh`; silent in runs that Dagster's daemon starts."""

import logging
import time
from dataclasses import dataclass, field
from typing import TextIO


@dataclass
class Progress:
    """Writes '[  12 s] text' lines to a terminal once one is attached."""

    terminal: TextIO | None = None
    started: float = field(default_factory=time.monotonic)
    _last: float = 0.0

    def attach(self, terminal: TextIO) -> None:
        logging.getLogger("ingestion.progress").setLevel(logging.INFO)
        self.terminal, self.started = terminal, time.monotonic()

    def say(self, text: str) -> None:
        if self.terminal is None:
            return
        self._last = time.monotonic()
        print(f"[{self._last - self.started:4.0f} s] {text}", file=self.terminal, flush=True)

    def say_sometimes(self, text: str, seconds: float = 10.0) -> None:
        """The same, unless something was said within the last seconds."""
        if time.monotonic() - self._last >= seconds:
            self.say(text)


class _OfIngestion(logging.Handler):
    """Long loads tell how far they are (ingestion.loading)."""

    def emit(self, record: logging.LogRecord) -> None:
        progress.say_sometimes(record.getMessage())


progress = Progress()
logging.getLogger("ingestion.progress").addHandler(_OfIngestion())
