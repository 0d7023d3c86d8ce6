"""What a person may see of raw data in logs, in the Dagster UI and on quality pages: nobody's ids, names, addresses."""

import re
from collections.abc import Mapping

#: More of a text than this is cut off.
SHOWN = 300
MASK = "***"
_KEYS = (
    "user_?id|anonymous_?id|distinct_?id|device_?id|open_?id|union_?id|invited_by|e?mail|phone|mobile|ip"
    "|(?:user|nick|real|full|first|last)_?name|(?:inviter|invitee|creator)_(?:user_)?id"
)
#: Values of these keys, and what looks like an address or a number of a person, are masked in samples.
_PERSONAL = re.compile(
    rf"""(?ix) (["'][\w$]*(?:{_KEYS})["']\s*:\s*) (?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,}}\]]+)
    | [\w.+-]+@[\w-]+\.[\w.]+ | \d{{5,}} """
)
_PERSONAL_COLUMN = re.compile(rf"(?i)(?:\w+_)?(?:{_KEYS})")
#: Ids of things: long numbers in these columns are nobody's.
_THING_COLUMN = re.compile(
    r"(?:account|campaign|ad_group|ad|app|batch|content|table|activity)_(?:id|name)|.*_date|day"
)


def masked(text: str) -> str:
    """Raw text for a person's eyes: ids, names, addresses and long numbers are ***; the start is enough."""
    hidden = _PERSONAL.sub(lambda found: f"{found[1] or ''}{MASK}", text)
    return hidden if len(hidden) <= SHOWN else hidden[: SHOWN - 1] + "…"


def masked_row(row: Mapping[str, object]) -> dict[str, str]:
    """A row for a person's eyes, values as text. What was measured stays; '' is null."""
    return {name: _masked_value(name, value) for name, value in row.items()}


def _masked_value(column: str, value: object) -> str:
    if value is None or value != value:  # NaN is null in a pandas frame
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if _PERSONAL_COLUMN.fullmatch(column):
        return MASK
    text = str(value)
    is_measured = isinstance(value, int) or _THING_COLUMN.fullmatch(column)
    return text[:SHOWN] if is_measured else masked(text)
