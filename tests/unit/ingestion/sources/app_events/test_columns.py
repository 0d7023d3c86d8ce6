"""CSV, Parquet and JSON documents of events."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.event_lines import event, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

HEADER = "event_id,event_name,user_id,occurred_at,properties,city\n"
FOUR = datetime(2026, 3, 30, 4, tzinfo=UTC)


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    return CompanyFolder(tmp_path)


def test_csv_is_read_as_rfc_4180_has_it(company: CompanyFolder) -> None:
    text = HEADER + '1,v,u1,1774843200,"{""page"": ""/a,b"", ""x"": 0.1234567890123456789}","杭\n州"\r\n'
    company.put("app_events/a.csv.gz", gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/app_events/a.csv.gz": (1, 1, 0, 0, 0)}
    (row,) = company.landed("app_events", "events")
    assert (row["event_id"], row["app_id"], row["user_id"], row["city"]) == ("1", "default", "u1", "杭\n州")
    assert (row["occurred_at"], row["_source_row"]) == (FOUR, 2)
    assert row["properties"] == '{"page":"/a,b","x":0.1234567890123456789}'


def test_csv_rows_that_do_not_fit_are_put_aside(company: CompanyFolder) -> None:
    text = (
        HEADER.encode()
        + b"1,v,u,1774843200,,\n2,v,u\n\n3,v,,1774843200,,\n4,v,u,1774843200,{a},\n5,v,u,1,,\xd6\xd0\n"
    )
    company.put("app_events/a.csv", text)
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/app_events/a.csv": (6, 1, 0, 4, 1)}
    found = [(row["line_number"], row["reason_code"]) for row in company.put_aside("app_events", "events")]
    assert found == [
        (3, "ragged_row"),
        (5, "missing_identity"),
        (6, "bad_properties"),
        (7, "broken_encoding"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("event_id,user_id,occurred_at\n1,u,2\n", "event_name"),
        ("event_id,event_name,occurred_at\n1,v,2\n", "user_id or anonymous_id"),
        (HEADER.replace("city", "event_id"), "event_id"),
        (HEADER + '1,v,u,1774843200,"never closed\n', "line 2"),
    ],
)
def test_a_csv_file_that_cannot_be_read_is_refused(company: CompanyFolder, text: str, words: str) -> None:
    company.put("app_events/a.csv", text)
    (result,) = pull(company.settings)
    assert result.batch_id is None
    assert words in result.refused[0].reason


def test_a_header_alone_is_an_empty_file(company: CompanyFolder) -> None:
    company.put("app_events/a.csv", HEADER)
    company.accept(pull(company.settings))
    assert pull(company.settings) == []


def test_unknown_csv_columns_go_to_extra(company: CompanyFolder) -> None:
    company.put("app_events/a.csv", "event_id,event_name,user_id,occurred_at,vip\n1,v,u,1774843200,yes\n")
    pull(company.settings)
    (row,) = company.landed("app_events", "events")
    assert json.loads(row["_extra"]) == {"vip": "yes"}


def test_parquet_types_become_exact_text(company: CompanyFolder) -> None:
    moment = pa.array([datetime(2026, 3, 30, 12)] * 2, pa.timestamp("us", tz="Asia/Shanghai"))  # noqa: DTZ001
    table = pa.table(
        {
            "event_id": ["1", "2"],
            "event_name": ["v", "v"],
            "user_id": pa.array([12345678901234567, None], pa.int64()),
            "occurred_at": moment,
            "properties": pa.array([{"page": "/a", "n": 1}, {"page": "/b", "n": 2}]),
            "vip": [True, False],
        }
    )
    path = company.put("app_events/a.parquet", "")
    pq.write_table(table, path)
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/app_events/a.parquet": (2, 1, 0, 1, 0)}
    (row,) = company.landed("app_events", "events")
    assert row["user_id"] == "12345678901234567"
    assert row["occurred_at"] == datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert json.loads(row["properties"]) == {"page": "/a", "n": 1}
    assert json.loads(row["_extra"]) == {"vip": "true"}


def test_a_json_document_is_an_array_of_events(company: CompanyFolder) -> None:
    company.put("app_events/a.json", json.dumps([event("1", n=1), 7, event("2", user_id=...)], indent=2))
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/app_events/a.json": (3, 1, 0, 2, 0)}
    (row,) = company.landed("app_events", "events")
    assert (row["event_id"], row["_source_row"], row["_extra"]) == ("1", 1, '{"n":1}')
    found = [(row["line_number"], row["reason_code"]) for row in company.put_aside("app_events", "events")]
    assert found == [(2, "not_an_object"), (3, "missing_identity")]


def test_a_json_file_of_lines_is_read_by_line(company: CompanyFolder) -> None:
    company.put("app_events/a.json", lines(json.dumps(event("1")), "{broken}", json.dumps(event("2"))))
    company.put("app_events/one.json", json.dumps(event("3"), indent=1))
    (result,) = pull(company.settings)
    assert counts(result) == {
        "inbox/app_events/a.json": (3, 2, 0, 1, 0),
        "inbox/app_events/one.json": (1, 1, 0, 0, 0),
    }


def test_blank_lines_before_the_header_are_passed_over(company: CompanyFolder) -> None:
    company.put("app_events/a.csv", "\n , ,\nevent_id,event_name,user_id,occurred_at\n1,v,u,2026-03-30\n")
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/app_events/a.csv": (1, 1, 0, 0, 0)}
    assert company.landed("app_events", "events")[0]["_source_row"] == 4


def test_a_row_of_parquet_that_is_put_aside_keeps_every_column(company: CompanyFolder) -> None:
    table = pa.table({"event_id": ["1"], "user_id": ["u"], "event_name": ["v"], "vip level": [7]})
    path = company.put("app_events/a.parquet", b"")
    pq.write_table(table, path)
    pull(company.settings)
    (row,) = company.put_aside("app_events", "events")
    assert '"vip level":7' in row["raw_text"]
