"""How Google's APIs say that something went wrong."""

from typing import Any

from ingestion.rest_client import Refusal

_RETRY = ("RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL", "DEADLINE_EXCEEDED")


def inspect(status: int, body: Any) -> Refusal | None:
    """{"error": {"code", "message", "status"}}, of tokens {"error", "error_description"}.

    A quota of a day is used up until midnight: waiting a few minutes does not help.
    """
    error = body.get("error") if isinstance(body, dict) else None
    if error is None:
        return None
    if not isinstance(error, dict):
        return Refusal("fatal", f"{error}: {body.get('error_description', '')}")
    name, message = str(error.get("status", error.get("code", ""))), str(error.get("message", ""))
    words = f"{name}: {message}"
    if name == "UNAUTHENTICATED" or status == 401:
        return Refusal("expired_token", words)
    if name == "RESOURCE_EXHAUSTED" and "day" in message.lower():
        return Refusal("fatal", f"{words}; the day's quota is used up")
    return Refusal("retry" if name in _RETRY else "fatal", words)
