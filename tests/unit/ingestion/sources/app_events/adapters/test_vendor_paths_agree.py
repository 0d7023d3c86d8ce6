"""A vendor's line means the same whether DuckDB reads it or the strict reader: values of any type in any place."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from ingestion.sources.app_events.adapters import ADAPTERS, sound_lines
from ingestion.sources.app_events.adapters.vendor_rows import rows_of_operations, rows_of_vendor_lines
from ingestion.sources.app_events.identity import checked_events
from ingestion.sources.app_events.line_blocks import lines_table
from tests.unit.ingestion.sources.app_events.adapters.test_formats import LINES

#: Numbers as Python writes them: their digits are the same on both ways.
_WHOLE = (None, "", 0, -1, 7, 123456789012345678, True, False, 1774843200, 1774843200123, "1774843200123456")
_TEXTS = (
    "x",
    "1.50",
    " a ",
    "null",
    "中😀",
    'q"uo\\te',
    "2026-03-30T12:00:00+08:00",
    "CN",
    "China",
    "\u0000",
    "a\tb\n",
)
VALUES = (*_WHOLE, *_TEXTS, 1.5, 19.99, [], {}, [1, 2.5, "a"], {"k": None}, {"k": 1.25}, {"k": {"n": [3]}})
TEXT_IN_BIGQUERY = ("key", "string_value")
LINES_OF_A_FORMAT = 150
Place = tuple[dict[str, Any] | list[Any], Any]


def places(value: object) -> Iterator[Place]:
    """(container, key) of every value inside, but those of GA4 that are text in BigQuery, whatever is in them."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key not in TEXT_IN_BIGQUERY:
                yield value, key
            yield from places(inner)


def varied(chance: random.Random, line: dict[str, Any]) -> str:
    line = copy.deepcopy(line)
    for _ in range(chance.randint(0, 4)):
        container, key = chance.choice(list(places(line)) or [(line, "event")])
        if isinstance(container, dict) and chance.random() < 0.3:
            container.pop(key, None)
        else:
            container[key] = copy.deepcopy(chance.choice(VALUES))
    return json.dumps(line, ensure_ascii=chance.random() < 0.5)


def read(lines: list[str], format_: str) -> list[dict[str, Any]]:
    """Rows in order of line; `properties` and `_extra` parsed, since blanks and the spelling of a text may differ."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        table = lines_table(lines, ["a"] * len(lines), range(1, len(lines) + 1))
        events = checked_events(rows_of_vendor_lines(connection, table, ADAPTERS[format_]))
        operations = rows_of_operations(connection, ADAPTERS[format_])
        rows = [
            row
            for query in (events, operations)
            if query
            for row in connection.sql(query).to_arrow_table().to_pylist()
        ]
    for row in rows:
        row |= {name: row[name] and json.loads(row[name]) for name in ("properties", "_extra")}
        if row.get("_reason_code"):
            # An identity that is a structure has none: the line is put aside either way.
            row.pop("event_id", None)
    return sorted(rows, key=lambda row: row["_source_row"])


@pytest.mark.parametrize("format_", LINES)
def test_a_line_means_the_same_on_both_ways(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(20260330)
    lines = [varied(chance, LINES[format_]) for _ in range(LINES_OF_A_FORMAT)]
    plain = read(lines, format_)
    monkeypatch.setattr(sound_lines, "is_odd", lambda _text: "true")
    strict = read(lines, format_)
    assert [row["_source_row"] for row in plain] == list(range(1, len(lines) + 1))
    for line, one, other in zip(lines, plain, strict, strict=True):
        assert one == other, line
