"""Files of lines: what lands, what is put aside and why, and that no line is lost."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

START = '{"event_id":"1","event_name":"v","user_id":"u","occurred_at":"2026-03-30"'
NAME = "inbox/app_events/a.ndjson"


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    return CompanyFolder(tmp_path)


def pull_text(company: CompanyFolder, text: str | bytes) -> list[dict]:
    """Land one file; its rows."""
    company.put("app_events/a.ndjson", text)
    (result,) = pull(company.settings)
    counts(result)
    return company.landed("app_events", "events")


def reasons(company: CompanyFolder) -> list[tuple[int, str]]:
    return [(row["line_number"], row["reason_code"]) for row in company.put_aside("app_events", "events")]


def test_an_event_keeps_every_column(company: CompanyFolder) -> None:
    text = line(
        anonymous_id="a1",
        platform="ios",
        city="杭州",
        received_at="2026-03-30T04:00:05Z",
        properties={"page": "/家"},
    )
    (row,) = pull_text(company, text + "\n")
    assert row["occurred_at"] == datetime(2026, 3, 30, 4, tzinfo=UTC)
    assert (row["app_id"], row["user_id"], row["anonymous_id"], row["city"]) == ("shop", "u1", "a1", "杭州")
    assert row["properties"] == '{"page":"/家"}'
    assert (row["_source_file"], row["_source_row"], row["_extra"]) == (NAME, 1, None)


def test_every_kind_of_line_is_counted_once(company: CompanyFolder) -> None:
    data = b"\xef\xbb\xbf" + lines(line("1"), "", line("2") + "\r", "   ", line("2"), "{broken").encode()
    data += b'{"event_id":"\xff"}\n' + b'{"event_id":"a\x00b"}\n' + line("9").encode()
    company.put("app_events/a.ndjson", data)
    (result,) = pull(company.settings)
    assert counts(result) == {NAME: (9, 3, 1, 3, 2)}
    assert [row["_source_row"] for row in company.landed("app_events", "events")] == [1, 3, 9]
    assert reasons(company) == [(6, "broken_json"), (7, "broken_encoding"), (8, "broken_json")]
    put_aside = company.put_aside("app_events", "events")
    assert put_aside[0]["raw_text"] == "{broken"
    assert "\\xff" in put_aside[1]["raw_text"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (START + ',}', "broken_json"),
        (START + ',"properties":{"a":[1, ]}}', "broken_json"),
        (START + ',"properties":{"a":NaN}}', "broken_json"),
        (START + ',"properties":{"a": -Infinity}}', "broken_json"),
        ('{"event_id":"1","event_name":"v","user_id":"\\ud800","occurred_at":"2026-03-30"}', "lone_surrogate"),
        ('{"event_id":"1","event_name":"v","user_id":"u","user_id":"w","occurred_at":"2026-03-30"}', "repeated_key"),
        (START + "} {}", "broken_json"),
        ('[{"event_id":"1"}]', "not_an_object"),
        ('"text"', "not_an_object"),
        ("{}", "missing_identity"),
        (line(event_id=...), "missing_required"),
        (line(event_name=""), "missing_required"),
        (line(user_id=...), "missing_identity"),
        (line(user_id="null", anonymous_id=" "), "missing_identity"),
        (line(user_id=["u"]), "not_text"),
        (line(event_id={"a": 1}, properties={"n": 1.5}), "not_text"),
        (line(occurred_at="2026-02-30T00:00:00Z"), "not_a_timestamp"),
        (line(properties=[1]), "bad_properties"),
        (line(properties="{}"), "bad_properties"),
        (line(properties=json.loads("[" * 250 + "]" * 250)), "too_deep"),
        (line(properties=json.loads('{"a":' * 210 + "1" + "}" * 210)), "too_deep"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_is_put_aside(company: CompanyFolder, text: str, code: str) -> None:
    landed = pull_text(company, lines(text, line("good")))
    assert [row["event_id"] for row in landed] == ["good"]
    assert reasons(company) == [(1, code)]
    assert company.put_aside("app_events", "events")[0]["raw_text"] == text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (12345678901234567890123, "12345678901234567890123"),
        (7, "7"),
        ("{4F2A}", "{4F2A}"),
        ("  u1 ", "u1"),
        ("nullable", "nullable"),
    ],
)
def test_an_identity_keeps_every_digit(company: CompanyFolder, given: object, kept: str) -> None:
    (row,) = pull_text(company, line(user_id=given) + "\n")
    assert row["user_id"] == kept


@pytest.mark.parametrize(
    "number",
    ["0.1234567890123456789", "12345678901234.567", "1.5e-7", "123456789012345678901234567890", "1E400"],
)
def test_a_number_in_properties_keeps_every_digit(company: CompanyFolder, number: str) -> None:
    text = START + ',"properties":{"x":' + number + "}}"
    (row,) = pull_text(company, text + "\n")
    assert row["properties"] == '{"x":' + number + "}"


@pytest.mark.parametrize(
    "moment",
    [
        "2026-03-30T12:00:00+0800",
        "2026-03-30T04:00:00",
        "1774843200",
        1774843200,
        1774843200000,
        1774843200000000,
    ],
)
def test_a_moment_is_read_in_all_its_forms(company: CompanyFolder, moment: object) -> None:
    (row,) = pull_text(company, line(occurred_at=moment) + "\n")
    assert row["occurred_at"] == datetime(2026, 3, 30, 4, tzinfo=UTC)


def test_unknown_keys_go_to_extra_on_both_paths(company: CompanyFolder) -> None:
    rows = pull_text(
        company, lines(line("1", vip=True, tags=["a"]), line("2"), line("3", score=0.12345678901234566))
    )
    assert [row["_extra"] for row in rows] == [
        '{"vip":true,"tags":["a"]}',
        None,
        '{"score":0.12345678901234566}',
    ]


def test_an_event_without_an_app_is_of_the_default_app(company: CompanyFolder) -> None:
    rows = pull_text(company, lines(line("1", app_id=...), line("2", app_id=""), line("3", app_id=None)))
    assert [row["app_id"] for row in rows] == ["default"] * 3


def test_the_fast_and_the_strict_path_give_the_same_content(company: CompanyFolder) -> None:
    """The same event, once in a file whose other lines are odd, is one event."""
    text = line("1", properties={"b": {"c": [1, None, "x\u4e2d\n"]}, "d": 1.5})
    spaced = text.replace('"d": 1.5', '"d": 1.50, "e": 1e1').replace('"event_id"', ' "event_id"')
    company.put("app_events/a.ndjson", lines(text, "{odd", text))
    company.put("app_events/b.ndjson", lines(spaced))
    (result,) = pull(company.settings)
    assert counts(result)[NAME] == (3, 1, 1, 1, 0)
    assert counts(result)["inbox/app_events/b.ndjson"] == (1, 1, 0, 0, 0)


def test_a_line_without_end_is_put_aside_with_its_beginning(
    company: CompanyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.sources.app_events.line_blocks.LINE_BYTES", 8 << 20)
    endless = '{"event_id":"' + "x" * (20 << 20) + '"}'
    landed = pull_text(company, lines(line("1"), endless, line("3")))
    assert [row["_source_row"] for row in landed] == [1, 3]
    assert reasons(company) == [(2, "line_too_long")]
