"""Platforms that answer everything with HTTP 200 and say in a `code` of the body how it went."""

from collections.abc import Callable, Container, Mapping
from typing import Any

from ingestion.rest_client import Inspect, Refusal


def coded(
    *,
    try_again: Callable[[int], bool],
    expired: Container[int],
    waits: Mapping[int, float] | None = None,
    message: str = "message",
) -> Inspect:
    """Reads {"code", "message", ...}; 0 is success. `waits`: seconds that a code asks to wait before the next try."""

    def inspect(status: int, body: Any) -> Refusal | None:
        if not isinstance(body, dict) or not isinstance(body.get("code"), int):
            return Refusal("retry", "the answer has no `code`") if status == 200 else None
        code = body["code"]
        if code == 0:
            return None
        words = f"code {code}: {body.get(message) or body.get('message') or ''}"
        if code in expired:
            return Refusal("expired_token", words)
        return Refusal("retry" if try_again(code) else "fatal", words, (waits or {}).get(code))

    return inspect
