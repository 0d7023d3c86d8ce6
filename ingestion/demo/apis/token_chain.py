"""Rotating refresh tokens of an emulated platform: each exchange kills the token before it."""

import hashlib

from ingestion.demo.apis.credentials import DEMO_CREDENTIALS


class EmulatedTokens:
    """A server that was just started accepts any token of the chain, then only the newest.

    Tokens can be told from invented ones after a restart, without any memory on disk.
    """

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._refresh_token: str | None = None
        self.access_token: str | None = None

    def expire(self) -> None:
        """The access token that is in use dies."""
        self.access_token = None

    def exchange(self, given: str) -> tuple[str, str] | None:
        """A new (access token, refresh token), or None for one that is invented or was used before."""
        number = self._number_of(given)
        if number is None or self._refresh_token not in (None, given):
            return None
        self._refresh_token = self._token(number + 1)
        self.access_token = f"demo-{self._platform}-access-{number + 1}"
        return self.access_token, self._refresh_token

    def _token(self, number: int) -> str:
        if number == 0:
            return DEMO_CREDENTIALS[self._platform]["refresh_token"]
        mark = hashlib.sha256(f"{self._platform} {number}".encode()).hexdigest()[:12]
        return f"demo-{self._platform}-refresh-{number}-{mark}"

    def _number_of(self, token: str) -> int | None:
        if token == self._token(0):
            return 0
        digits = token.removeprefix(f"demo-{self._platform}-refresh-").split("-")[0]
        return int(digits) if digits.isdigit() and token == self._token(int(digits)) else None
