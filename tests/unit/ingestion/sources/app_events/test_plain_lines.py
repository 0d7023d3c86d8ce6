"""A row of the plain path is the row of the careful path, to the hash of its content; and ordinary lines are plain."""

import json

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.landing_sql import cast_select, typed_select
from ingestion.sources.app_events.contracts import EVENTS
from ingestion.sources.app_events.identity import checked_events
from ingestion.sources.app_events.line_blocks import lines_table
from ingestion.sources.app_events.line_query import rows_of_lines
from ingestion.sources.app_events.odd_lines import looked_at
from ingestion.sources.app_events.plain_lines import plain_rows

Outcome = dict[int, tuple[bool, str]]


def outcomes(texts: list[str]) -> tuple[Outcome, Outcome]:
    """Row → (is an event, hash of its content), by the plain path where it takes the row, and by the careful path."""
    data = np.frombuffer("".join(f"{text}\n" for text in texts).encode(), np.uint8)
    lines = lines_table([f"{text}\n" for text in texts], ["a"] * len(texts), range(1, len(texts) + 1))
    looks = looked_at(data, np.flatnonzero(data == 10) + 1)
    for name, flags in (("odd", looks.odd), ("edged", looks.edged)):
        lines = lines.set_column(lines.schema.get_field_index(name), name, pa.array(flags))
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        plain = plain_rows(connection, lines)
        found = (
            asked(connection, typed_select(EVENTS, f"({plain})", described(connection, plain)))
            if plain
            else {}
        )
        careful = checked_events(rows_of_lines(connection, lines))
        columns = described(connection, careful)
        return found, asked(connection, cast_select(EVENTS, f"({careful})", columns, "a"))


def described(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe {query}").fetchall()}


def asked(connection: duckdb.DuckDBPyConnection, cast: str) -> Outcome:
    query = f"select _source_row, not _is_bad and not _is_blank, _content_hash from ({cast})"
    return {row: (is_event, content) for row, is_event, content in connection.execute(query).fetchall()}


def text(**changes: object) -> str:
    event = {"event_id": "1", "event_name": "v", "user_id": "u", "occurred_at": "2026-03-30T04:00:00.5+08:00"}
    merged = {key: value for key, value in (event | changes).items() if value is not ...}
    return json.dumps(merged, ensure_ascii=False)


texts = st.one_of(
    st.sampled_from(
        ["", " ", "null", " u", "u ", "u\t", "\nu", "\x1f", "\x00", "{4F2A}", "[1]", "a\\b", '"', "NaN", "u\u3000",
         "东 西", "1e5", "12", "x: y ;z", "0001-01-01T00:00:00+01:00", "1774843200", "1774843200000", "2026-03-30",
         "infinity", "2026-03-30T 4:00:00Z", "2026-03-30T04:00:00.1234567Z",
         "-026-03-30T04:00:00Z", "9999-12-31T23:59:59-08:00"]
    ),
    st.text(max_size=3),
    # Blanks beside what may follow a quote.
    st.text(' ,:}]["x', max_size=4),
)  # fmt: skip
values = st.one_of(
    texts, st.none(), st.integers(), st.booleans(), st.floats(), st.lists(texts, max_size=1),
    st.dictionaries(texts, st.one_of(texts, st.integers(), st.none()), max_size=2),
)  # fmt: skip
keys = st.sampled_from(
    [
        "event_id",
        "event_name",
        "user_id",
        "anonymous_id",
        "occurred_at",
        "received_at",
        "app_id",
        "city",
        "properties",
    ]
)
changes = st.dictionaries(keys, values, max_size=2)
same_keys = st.lists(changes.map(lambda one: text(**(dict.fromkeys(
    ["anonymous_id", "received_at", "app_id", "city", "properties"]) | one))), min_size=1, max_size=30)  # fmt: skip
other_keys = st.lists(
    st.one_of(
        changes.map(lambda one: text(**one)),
        st.builds(lambda key, value: text(**{key: value}), st.text(max_size=4), values),
        st.builds(lambda one, key: text(**one)[:-1] + f', "{key}": null}}', changes, keys),
        st.builds(lambda one, cut: text(**one)[:-cut], changes, st.integers(1, 9)),
        changes.map(lambda one: json.dumps(text(**one))),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=25, deadline=None)
@given(given_texts=st.one_of(same_keys, other_keys))
def test_a_plain_row_is_the_row_of_the_careful_path(given_texts: list[str]) -> None:
    plain, careful = outcomes(given_texts)
    for row, (is_event, content) in plain.items():
        if is_event:
            assert careful[row] == (True, content), given_texts[row - 1]


def test_ordinary_lines_are_plain() -> None:
    one = text(
        app_id=None, city="杭州", properties={"a": {"b": [1.25, "x: y", "\n"]}}, received_at=1774843200000
    )
    compact = json.dumps(json.loads(one), separators=(",", ":"))
    for given_texts in ([one, compact], [one, text(), text(zz=[1]), text(city="")]):
        plain, careful = outcomes(given_texts)
        assert plain == careful
        assert all(is_event for is_event, _ in plain.values())


def test_keys_that_are_no_event_or_no_column_need_no_special_care() -> None:
    for given_texts in (
        ['{"a": 1}'],
        ["{}"],
        [text(event_id=..., zz=1)],
        [text(**{"a\0": 1, "B": 2, "b": 3, "": 4})],
    ):
        plain, careful = outcomes(given_texts)
        assert all(careful[row] == found for row, found in plain.items())
