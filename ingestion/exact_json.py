"""JSON without loss: whole numbers stay whole, fractions become Decimal, never a binary float."""

import json
from decimal import Decimal
from typing import Any


def load_exact(content: bytes) -> Any:
    """Parse UTF-8 JSON. Raises ValueError for broken JSON, other encodings, NaN and Infinity."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def as_text(value: Any) -> str | None:
    """The exact text of a JSON scalar: "12.30" stays "12.30"; objects and arrays become JSON text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False, default=str)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
