"""Events whose lines the fast path leaves alone, parsed one by one with the reason where one is no event."""

from collections.abc import Iterable

import pyarrow as pa

from ingestion.sources.app_events.contracts import EVENTS
from ingestion.sources.app_events.strict_json import NotStrict, Number, canonical, parse

COLUMNS = tuple(field.name for field in EVENTS.fields)
#: Their text must have been text or a number: an object here is a mistake of the producer.
SCALARS = ("event_id", "app_id", "event_name", "user_id", "anonymous_id")
SCHEMA = pa.schema(
    [(name, pa.string()) for name in (*COLUMNS, "_extra", "_source_file")]
    + [("_source_row", pa.int64())]
    + [(name, pa.string()) for name in ("_raw_text", "_reason_code", "_reason")]
    + [("_is_blank", pa.bool_())]
)
_NOTES = {
    "broken_encoding": "the line is not UTF-8; the wrong bytes are shown as \\xNN",
    "wrong_columns": "an enriched event has 131 columns divided by tabs, and no header",
    "line_too_long": "the line is longer than 16 MiB; only its beginning is kept",
}

Row = dict[str, object]


def strict_rows(lines: Iterable[tuple[str, int, str, str | None]]) -> pa.Table:
    """Rows of (file, line number, text, note), one for each, identity not yet looked at."""
    return pa.Table.from_pylist([_row(*line) for line in lines], schema=SCHEMA)


def read_line(file: str, number: int, text: str, note: str | None) -> tuple[Row, dict[str, object] | None]:
    """(place, the JSON object of the line); without an object the place says why: blank, or a reason."""
    place: Row = {
        "_source_file": file,
        "_source_row": number,
        "_raw_text": text.rstrip("\r\n"),
        "_is_blank": False,
    }
    if note:
        return place | {"_reason_code": note, "_reason": _NOTES[note]}, None
    if not text.strip(" \t\r\n"):
        return place | {"_is_blank": True}, None
    try:
        return place, _object(parse(text))
    except NotStrict as error:
        return place | {"_reason_code": error.code, "_reason": str(error)}, None


def _row(file: str, number: int, text: str, note: str | None) -> Row:
    place, value = read_line(file, number, text, note)
    if value is None:
        return place
    try:
        return place | event_columns(value)
    except NotStrict as error:
        return place | {"_reason_code": error.code, "_reason": str(error)}


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise NotStrict("not_an_object", "an event is a JSON object: {…}")
    return value


def event_columns(event: object) -> Row:
    """The text columns of a parsed event. Raises NotStrict when it is no object or an identity is none."""
    value = _object(event)
    for name in SCALARS:
        if isinstance(value.get(name), dict | list):
            raise NotStrict("not_text", f"{name}: text or a number is wanted, got an object or a list")
    extra = {key: inner for key, inner in value.items() if key not in COLUMNS}
    row: Row = {name: _text(value.get(name)) for name in COLUMNS if name != "properties"}
    properties = value.get("properties")
    row["properties"] = None if properties is None else canonical(properties)
    row["_extra"] = canonical(extra) if extra else None
    return row


def _text(value: object) -> str | None:
    if isinstance(value, str) and not isinstance(value, Number):
        return value
    return None if value is None else canonical(value)
