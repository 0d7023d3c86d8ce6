"""Platforms that answer every error with HTTP 200 and a `code` in the body."""

from collections.abc import Container, Mapping
from typing import Any

from ingestion.rest_client import Inspect, Refusal
from ingestion.sources.ad_accounts.account_settings import CodedAccount


def coded(
    retry: Container[int],
    expired: Container[int],
    words: str = "message",
    waits: Mapping[int, float] | None = None,
    too_large: Container[int] = (),
) -> Inspect:
    """Judges {"code": 0 = success, <words>}. Codes that are neither listed nor from 500000 up are final.

    `waits`: seconds that a code asks to wait before the next try. `too_large`: fewer days can be asked.
    """

    def inspect(status: int, body: Any) -> Refusal | None:
        if not isinstance(body, dict) or not isinstance(body.get("code"), int):
            return Refusal("retry", "the answer has no `code`") if status == 200 else None
        code = body["code"]
        if code == 0 and body.get("success", True):
            return None
        message = f"code {code}: {body.get(words) or ''}"
        if code in expired:
            return Refusal("expired_token", message)
        if code in too_large:
            return Refusal("too_large", message)
        is_passing = code in retry or code >= 500_000
        return Refusal("retry" if is_passing else "fatal", message, (waits or {}).get(code))

    return inspect


def with_own_codes(
    account: CodedAccount, retry: tuple[int, ...], expired: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The codes that can be tried again and those of an expired token, with the account's own from sources.yaml."""
    return (*retry, *account.retry_codes), (*expired, *account.expired_codes)
