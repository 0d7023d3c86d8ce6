"""What an emulated API is asked and what it answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from ingestion.demo.apis.faults import Kind


@dataclass(frozen=True)
class Request:
    """`path` is without the platform's prefix; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as an object; an empty one when it is not JSON."""
        try:
            return json.loads(self.body or b"{}")
        except ValueError:
            return {}

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))


@dataclass(frozen=True)
class Answer:
    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Emulator(Protocol):
    """One platform. `fault` is a kind that the platform itself must act out, or None."""

    def answer(self, request: Request, fault: Kind | None) -> Answer: ...
