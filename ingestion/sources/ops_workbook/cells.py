"""One cell of the workbook: its text in the form that landing casts, or what is wrong with it and what is right."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import pyarrow as pa

from ingestion.contract import Contract, Field
from ingestion.sources.ops_workbook.currencies import CURRENCIES

_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_DATE = re.compile(rf"{_DAY}(?:[ T]00?:00(?::00)?)?|(\d{{4}})(\d{{2}})(\d{{2}})", re.ASCII)
_LOCAL_TIME = re.compile(rf"{_DAY}(?:[ T](\d{{1,2}}):(\d{{2}})(?::(\d{{2}})(\.\d{{1,6}})?)?)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
#: Of columns whose type does not say enough.
_EXAMPLES = {
    "app_id": "default", "timezone": "Asia/Shanghai", "currency": "CNY", "event_name": "sign_up",
    "kpi_code": "net_revenue", "goal_kpi_code": "net_revenue", "parent_kpi_code": "net_revenue",
    "child_kpi_code": "arppu", "dimension": "all", "dimension_value": "all", "platform": "google_ads",
    "channel": "wechat", "step_number": "1", "rate_to_reporting": "7.1",
}  # fmt: skip
_BOOLEANS = ("true", "1", "yes", "y", "是", "false", "0", "no", "n", "否")


class BadCell(ValueError):
    """`code` is the reason code; the message says what is wrong and gives an example of right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def cell_text(contract: Contract, field: Field, text: str) -> str | None:
    """Text for landing, None for an empty cell. Raises BadCell."""
    text = text.strip()
    if not text:
        if field.required:
            raise BadCell(
                "missing_required", f"is empty; a value is required, write one such as {example(field)}"
            )
        return None
    if contract.entity == "apps" and field.name == "timezone":
        return _time_zone(text)
    if field.name == "currency":
        return _currency(text)
    if field.choices and text not in field.choices:
        raise BadCell("not_a_choice", f"{text!r}; write one of {', '.join(field.choices)}")
    if pa.types.is_date(field.type):
        return _date(text)
    if pa.types.is_timestamp(field.type):
        return _local_time(text, is_end=field.name == "end_at")
    if pa.types.is_boolean(field.type) and text.lower() not in _BOOLEANS:
        raise BadCell("not_a_boolean", f"{text!r}; write true or false (是 or 否)")
    if pa.types.is_integer(field.type) or pa.types.is_decimal(field.type):
        return _number(field, text)
    return text


def example(field: Field) -> str:
    """What a right cell of the column looks like."""
    if field.choices:
        return field.choices[0]
    if field.name in _EXAMPLES:
        return _EXAMPLES[field.name]
    kinds: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
        (pa.types.is_timestamp, "2026-03-31 20:00:00"),
        (pa.types.is_date, "2026-03-31"),
        (pa.types.is_boolean, "true"),
        (pa.types.is_integer, "42"),
        (pa.types.is_decimal, "1234.56"),
    )
    return next((words for is_kind, words in kinds if is_kind(field.type)), field.name)


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise BadCell(
            "unknown_time_zone", f"{text!r} is no IANA time zone; write one such as Asia/Shanghai"
        ) from None
    return text


def _currency(text: str) -> str:
    if text.upper() not in CURRENCIES:
        raise BadCell("unknown_currency", f"{text!r} is no ISO 4217 code; write one such as CNY or USD")
    return text.upper()


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    parts = [part for part in match.groups() if part] if match else []
    try:
        return date(*(int(part) for part in parts)).isoformat()
    except (TypeError, ValueError):
        raise BadCell("not_a_date", f"{text!r} is no calendar date; write one such as 2026-03-31") from None


def _local_time(text: str, *, is_end: bool) -> str:
    """A date alone is the day's first moment, or as an end its last microsecond."""
    match = _LOCAL_TIME.fullmatch(text)
    try:
        if not match:
            raise ValueError
        year, month, day, hour, minute, second, fraction = match.groups()
        moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    except ValueError:
        raise BadCell(
            "not_a_local_time",
            f"{text!r} is no local time; write one such as 2026-03-31 20:00:00, without an offset",
        ) from None
    if hour is None and is_end:
        return f"{moment:%Y-%m-%d} 23:59:59.999999"
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction or ''}"


def _number(field: Field, text: str) -> str:
    """A plain number; thousands may have commas. More digits than the column keeps are refused."""
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    is_whole = pa.types.is_integer(field.type)
    try:
        if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", plain, re.ASCII):
            raise InvalidOperation
        value = Decimal(plain)
    except InvalidOperation:
        code = "not_an_integer" if is_whole else "not_a_decimal"
        raise BadCell(code, f"{text!r} is no number; write one such as {example(field)}") from None
    if is_whole and value != value.to_integral_value():
        raise BadCell("not_an_integer", f"{text!r} is no whole number; write one such as 42")
    if field.minimum is not None and value < field.minimum:
        raise BadCell(
            "out_of_bounds", f"{text!r} is less than {field.minimum}; write one such as {example(field)}"
        )
    if field.maximum is not None and value > field.maximum:
        raise BadCell(
            "out_of_bounds", f"{text!r} is more than {field.maximum}; write one such as {example(field)}"
        )
    if is_whole:
        return f"{value:.0f}"
    kept = format(value.normalize(), "f")
    decimals = len(kept.partition(".")[2])
    if decimals > field.type.scale:
        raise BadCell("too_many_digits", f"{text!r} has more than {field.type.scale} decimals; round it")
    return kept
