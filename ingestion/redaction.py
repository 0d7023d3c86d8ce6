"""Keeps secrets out of every message: exceptions, log lines, landed `pulls.message`."""

import json
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "***"
LONGEST_MESSAGE = 400
# Shorter values (an empty variable, "1") would blank out ordinary words.
SHORTEST_SECRET = 4

_NAMED = re.compile(
    r"""(?ix)
    ( [\w-]* (?:token|secret|password|authorization|api_?key) [\w-]* ["']? \s* [=:] \s* ["']? (?:bearer\s+)? )
    [^\s"'&,;}\]]+"""
)


class Redactor:
    """Replaces known secrets, in every spelling that they take on the wire, and anything named like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str | None) -> None:
        """Learn a secret, for example a token that was just issued."""
        if secret and len(secret) >= SHORTEST_SECRET:
            spellings = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
            self._spellings |= spellings
            _LOG_FILTER.spellings |= spellings

    def __call__(self, message: object) -> str:
        """One line of at most LONGEST_MESSAGE characters without secrets."""
        line = _hide(" ".join(str(message).split()), self._spellings)
        line = _NAMED.sub(rf"\1{HIDDEN}", line)
        return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def _hide(text: str, spellings: Iterable[str]) -> str:
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, HIDDEN)
    return text


class _LogFilter(logging.Filter):
    """The HTTP library writes whole request targets at DEBUG; WeChat's token is part of the target."""

    def __init__(self) -> None:
        super().__init__()
        self.spellings: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        if self.spellings:
            record.msg, record.args = _hide(record.getMessage(), self.spellings), ()
        return True


_LOG_FILTER = _LogFilter()
for _name in ("urllib3.connectionpool", "urllib3.util.retry", "requests", "dlt"):
    logging.getLogger(_name).addFilter(_LOG_FILTER)
