"""Kinds of moment that a line may hold, each with the UTC moment that lands or the reason code."""

from datetime import UTC, datetime

from tests.unit.ingestion.sources.app_events.corpus.line_kinds import LineKind

_FOUR = datetime(2026, 3, 30, 4, tzinfo=UTC)

#: (kind, JSON text of occurred_at, moment or reason code)
_MOMENTS: list[tuple[str, str, datetime | str]] = [
    ("ISO with Z", '"2026-03-30T04:00:00Z"', _FOUR),
    ("ISO with an offset", '"2026-03-30T12:00:00+08:00"', _FOUR),
    ("ISO with an offset without colon", '"2026-03-30T12:00:00+0800"', _FOUR),
    ("ISO with an offset of 45 minutes", '"2026-03-30T09:45:00+05:45"', _FOUR),
    ("ISO without offset", '"2026-03-30 04:00:00"', _FOUR),
    ("ISO without seconds", '"2026-03-30T04:00Z"', _FOUR),
    ("a fraction after a comma", '"2026-03-30T04:00:00,5Z"', _FOUR.replace(microsecond=500_000)),
    ("nanoseconds", '"2026-03-30T04:00:00.123456789Z"', _FOUR.replace(microsecond=123_456)),
    ("seconds", "1774843200", _FOUR),
    ("seconds as text", '"1774843200"', _FOUR),
    ("seconds with a fraction", "1774843200.25", _FOUR.replace(microsecond=250_000)),
    ("milliseconds", "1774843200000", _FOUR),
    ("microseconds", "1774843200000000", _FOUR),
    ("the year 1970", "0", datetime(1970, 1, 1, tzinfo=UTC)),
    ("the year 2100", '"2100-01-01T00:00:00Z"', datetime(2100, 1, 1, tzinfo=UTC)),
    ("a leap day", '"2028-02-29T00:00:00Z"', datetime(2028, 2, 29, tzinfo=UTC)),
    ("a clock ten years off", '"2036-03-30T04:00:00Z"', _FOUR.replace(year=2036)),
    (
        "a gap of summer time, with offset",
        '"2026-03-08T02:30:00-05:00"',
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
    ),
    ("a fold of summer time, first", '"2026-11-01T01:30:00-04:00"', datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    (
        "a fold of summer time, second",
        '"2026-11-01T01:30:00-05:00"',
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ),
    ("null", "null", "missing_required"),
    ("an empty text", '""', "missing_required"),
    ("29 February of a usual year", '"2026-02-29T00:00:00Z"', "not_a_timestamp"),
    ("a 13th month", '"2026-13-01T00:00:00Z"', "not_a_timestamp"),
    ("an hour 25", '"2026-03-30T25:00:00Z"', "not_a_timestamp"),
    ("a year of five digits", '"12026-03-30T04:00:00Z"', "not_a_timestamp"),
    ("nanoseconds since 1970", "1774843200000000000", "not_a_timestamp"),
    ("a time before 1970 as a number", "-1", "not_a_timestamp"),
    ("an exponent", "1.7748432e9", "not_a_timestamp"),
    ("a word", '"yesterday"', "not_a_timestamp"),
    ("a word that databases know", '"epoch"', "not_a_timestamp"),
    ("another word that databases know", '"infinity"', "not_a_timestamp"),
    ("day before month", '"30/03/2026 04:00"', "not_a_timestamp"),
    ("an object", '{"$date":"2026-03-30T04:00:00Z"}', "not_a_timestamp"),
    ("a truth value", "true", "not_a_timestamp"),
]


def _line(number: int, moment: str, more: str = "") -> bytes:
    text = f'{{"event_id":"m{number}","event_name":"v","user_id":"u","occurred_at":{moment}{more}}}'
    return text.encode()


TIME_KINDS: list[LineKind] = [
    LineKind("times", name, _line(number, text), moment, {})
    if isinstance(moment, str)
    else LineKind("times", name, _line(number, text), "landed", {"occurred_at": moment})
    for number, (name, text, moment) in enumerate(_MOMENTS)
] + [
    LineKind(
        "times",
        "received before it happened",
        _line(901, '"2026-03-30T04:00:00Z"', ',"received_at":"2026-03-30T03:00:00Z"'),
        "landed",
        {"occurred_at": _FOUR, "received_at": _FOUR.replace(hour=3)},
    ),
    LineKind(
        "times",
        "received at no moment",
        _line(902, '"2026-03-30T04:00:00Z"', ',"received_at":"soon"'),
        "not_a_timestamp",
        {},
    ),
]
