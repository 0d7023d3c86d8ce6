"""A cell of a download → plain text that landing casts exactly, or nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ingestion.sources.channels.exports.mapping import Column, Mapping, plain

_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)([千万亿wk]?)", re.ASCII)
_SCALES = {"": 1, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
_CLOCK = re.compile(r"(\d+):([0-5]?\d)(?::([0-5]?\d(?:\.\d+)?))?", re.ASCII)
_DURATION = re.compile(
    r"(?:(\d+)(?:小时|时|h))?(?:(\d+)(?:分钟|分|min|m))?(?:(\d+(?:\.\d+)?)(?:秒|sec|s))?", re.ASCII
)
_MONEY_SIGNS = ("¥", "rmb", "cny")


class Unreadable(ValueError):
    """A cell that is not what its column holds; `code` is the reason code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Number:
    """An exact value, and by how much the platform may have rounded it (1.2万 stands for 11,500 to 12,500)."""

    value: Decimal
    tolerance: Decimal = Decimal(0)


def cell_text(mapping: Mapping, column: Column, text: str) -> str | None:
    """None for an empty cell and the platform's words for it. Raises Unreadable."""
    stripped = text.strip().strip("\t'").strip()
    if not stripped or stripped in mapping.missing:
        return None
    if column.kind == "text":
        return stripped
    if column.kind == "date":
        return _date(mapping, stripped)
    number = cell_number(mapping, column, text)
    if number is None:
        return None
    if column.kind == "count":
        if number.value != number.value.to_integral_value():
            raise Unreadable("not_an_integer", f"{stripped!r} is no whole number")
        return f"{number.value:.0f}"
    return format(number.value, "f")


def cell_number(mapping: Mapping, column: Column, text: str) -> Number | None:
    """1,234 · 1.2万 · ¥12.50 · 12.3% · 1分20秒 · full-width digits. None for nothing. Raises Unreadable."""
    stripped = text.strip().strip("\t'").strip()
    if not stripped or stripped in mapping.missing:
        return None
    word = plain(stripped)
    if column.kind == "seconds" and (spelled := _spelled_seconds(word)) is not None:
        return Number(spelled)
    factor = column.factor
    if column.kind == "money":
        word, stated = _without_currency(word)
        factor = Decimal(1) if stated and factor is None else factor
    if column.kind == "rate":
        if word.endswith("%"):
            word, factor = word[:-1], Decimal("0.01")
        elif factor == 1:
            # 0.5 may be half or half a percent.
            raise Unreadable("unit_not_stated", f"{stripped!r} has no %; is it a share or per cent?")
    match = _NUMBER.fullmatch(word)
    if not match:
        code = "not_an_integer" if column.kind == "count" else "not_a_decimal"
        raise Unreadable(code, f"{stripped!r} is no exact number; one such as 1,234 or 1.2万 is wanted")
    if factor is None:
        raise Unreadable(
            "unit_not_stated", f"{stripped!r} has no unit, nor has its header; write it into the header"
        )
    scale = Decimal(_SCALES[match[2]])
    value = Decimal(match[1].replace(",", ""))
    places = -int(value.as_tuple().exponent)
    step = Decimal(10) ** -places * scale * factor
    is_rounded = bool(match[2]) or factor >= 1000
    return Number(value * scale * factor, step / 2 if is_rounded else Decimal(0))


def _without_currency(word: str) -> tuple[str, bool]:
    for sign in _MONEY_SIGNS:
        if word.startswith(sign):
            return word.removeprefix(sign), True
    if word.endswith("元"):
        return word.removesuffix("元"), True
    return word, False


def _spelled_seconds(word: str) -> Decimal | None:
    """1分20秒, 00:01:20; None for a bare number. A clock without seconds (12:30) says not which units it has."""
    if match := _CLOCK.fullmatch(word):
        if match[3] is None:
            raise Unreadable("unit_not_stated", f"{word!r} may be minutes and seconds or hours and minutes")
        return Decimal(match[1]) * 3600 + Decimal(match[2]) * 60 + Decimal(match[3])
    match = _DURATION.fullmatch(word)
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (Decimal(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _date(mapping: Mapping, text: str) -> str:
    word = plain(re.split(r"[ T]", text, maxsplit=1)[0])
    day = re.split(r"(?<=日)", word, maxsplit=1)[0] if "年" in word else word
    for form in mapping.date_formats:
        try:
            return datetime.strptime(day, form).date().isoformat()  # noqa: DTZ007
        except ValueError:
            continue
    raise Unreadable("not_a_date", f"{text!r} is no date; the download has dates such as 2026-03-31")
