"""No line that must be read strictly is taken for a usual one, and usual lines are left alone."""

import json
import re

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.sources.app_events import odd_lines as module
from ingestion.sources.app_events.line_query import ODD
from ingestion.sources.app_events.odd_lines import looked_at, odd_lines
from ingestion.sources.app_events.strict_json import too_deep

MUST = re.compile(ODD)
pieces = st.one_of(
    st.sampled_from(
        ["NaN", "nAn", "-Infinity", "inf", "1.5e3", "1E400", "-1e-5", "12345678901234.567", "123456789.1234567",
         "0.12345678", "-0.123456789012", "1774843200.25", "12.50", "7", '"x"', "null", "true", "[1,]", "[1 ,\t]",
         '{"a":1,}', '{"a":1, \r}', "[]", "{ }", '"Hi, nancy"', '"00:00:00.123456789Z"', '"a1e5"', '"info,"',
         "[nan]", "[ 1.25e2 ]", '"\\ud800"', "[" * 201 + "]" * 201, "[" * 90 + "]" * 90]
    ),
    st.text("0123456789.eE+-naifNI,:[]{}\" \t", max_size=24),
)  # fmt: skip
separators = st.sampled_from([":", ": ", " : ", ":\t "])
texts = st.lists(st.builds(lambda colon, value: f'{{"k"{colon}{value}}}', separators, pieces), max_size=12)


def flags(lines: list[str]) -> list[bool]:
    data = np.frombuffer("".join(f"{line}\n" for line in lines).encode(), np.uint8)
    return odd_lines(data, np.flatnonzero(data == 10) + 1).tolist()


@settings(max_examples=200, deadline=None)
@given(lines=texts, chunk=st.sampled_from([3, 7, 64, 1 << 19]))
def test_what_must_be_read_strictly_is_odd(lines: list[str], chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        found = flags(lines)
    valid = (
        duckdb.connect()
        .execute("select list_transform(?::varchar[], lambda x: json_valid(x))", [lines])
        .fetchall()[0][0]
    )
    must = [
        is_valid and bool(MUST.search(x) or too_deep(x)) for x, is_valid in zip(lines, valid, strict=True)
    ]
    assert [
        line for line, wanted, is_odd in zip(lines, must, found, strict=True) if wanted and not is_odd
    ] == []


def test_usual_lines_are_not_odd() -> None:
    event = {
        "event_id": "12e45e-1e5", "occurred_at": "2026-03-30T04:00:00.123456789Z", "received_at": 1774843200.25,
        "properties": {"a": "Hi, nancy", "b": "yes, info", "c": 12.5, "d": -3, "e": None, "f": [1, 2.25], "v": "5.3.1"},
    }  # fmt: skip
    assert (
        flags([json.dumps(event), json.dumps(event, separators=(",", ":")), "", "{ }", '{"a": 1 }'])
        == [False] * 5
    )


def test_long_runs_of_blanks_and_digits_end() -> None:
    long = [
        '{"a":[1,' + " " * 100_000 + "]}",
        '{"a":' + "1" * 100_000 + ".5}",
        '{"a":' + "1" * 100_000 + "e5}",
    ]
    assert flags(long) == [True] * 3


words = st.text(' ,:}]["\\/xé\t\u3000', max_size=4)


@settings(max_examples=200, deadline=None)
@given(
    events=st.lists(st.dictionaries(words, words, max_size=4), max_size=8),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
    chunk=st.sampled_from([3, 7, 64, 1 << 19]),
)
def test_a_text_with_a_blank_at_an_end_makes_its_line_edged(
    events: list[dict[str, str]], separators: tuple[str, str], chunk: int
) -> None:
    lines = [json.dumps(event, ensure_ascii=False, separators=separators) for event in events]
    data = np.frombuffer("".join(f"{line}\n" for line in lines).encode(), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        found = looked_at(data, np.flatnonzero(data == 10) + 1).edged.tolist()
    wanted = [any(text != text.strip(" \t\r\n") for text in event.values()) for event in events]
    assert [line for line, must, edged in zip(lines, wanted, found, strict=True) if must and not edged] == []


def test_usual_lines_are_not_edged() -> None:
    event = {"a": "", "b": "x, y", "c": None, "d": {"e": ["1", "/p"]}, "f": "12:30, é"}
    lines = [
        json.dumps(event, ensure_ascii=False),
        json.dumps(event, ensure_ascii=False, separators=(",", ":")),
    ]
    data = np.frombuffer("".join(f"{line}\n" for line in lines).encode(), np.uint8)
    assert looked_at(data, np.flatnonzero(data == 10) + 1).edged.tolist() == [False, False]
