"""HMAC-SHA-256 (RFC 2104) of texts within DuckDB, so that ids need not leave it."""

import hashlib

_BLOCK = 64


def hmac_hex(text: str) -> str:
    """SQL of the HMAC, in hex, of a SQL text; its statement needs the parameters of `hmac_parameters`."""
    return f"sha256($outer || unhex(sha256($inner || encode({text}))))"


def hmac_parameters(key: bytes) -> dict[str, bytes]:
    """The key as parameters `inner` and `outer`: an error of DuckDB shows its statement, and must not show them."""
    short = hashlib.sha256(key).digest() if len(key) > _BLOCK else key
    padded = short.ljust(_BLOCK, b"\0")
    return {
        "inner": bytes(byte ^ 0x36 for byte in padded),
        "outer": bytes(byte ^ 0x5C for byte in padded),
    }
