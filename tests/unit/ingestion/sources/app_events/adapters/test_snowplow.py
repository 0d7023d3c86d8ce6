"""Snowplow's enriched TSV as canonical events."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.sources.app_events import pull
from ingestion.sources.app_events.enriched_lines import COLUMNS
from ingestion.sources.app_events.replay import replay
from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import (
    SNOWPLOW_EVENT,
    SNOWPLOW_SESSION,
    enriched,
)
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts


def test_the_published_format_has_131_columns() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 131
    places = {"event_id": 6, "user_id": 12, "domain_userid": 15, "contexts": 52, "unstruct_event": 58,
              "dvce_sent_tstamp": 119, "derived_contexts": 122, "derived_tstamp": 124, "event_name": 126,
              "true_tstamp": 130}  # fmt: skip
    assert {name: COLUMNS.index(name) for name in places} == places


def test_an_event_keeps_everything(tmp_path: Path) -> None:
    (row,) = VendorFolder(tmp_path, "snowplow").land(enriched(), name="a.tsv")
    assert (row["event_id"], row["app_id"]) == ("c6ef3124-b53a-4b13-a233-0088f79dcbcb", "shop")
    assert (row["event_name"], row["platform"]) == ("add_to_cart", "web")
    assert (row["user_id"], row["anonymous_id"]) == ("u1", "duid-1")
    assert row["occurred_at"] == datetime(2026, 3, 30, 4, 0, 0, 123_000, UTC)
    assert row["received_at"] == datetime(2026, 3, 30, 4, 0, 5, 250_000, UTC)
    assert (row["session_id"], row["country"], row["region"], row["city"]) == (
        "s-1",
        "CN",
        "Zhejiang",
        "杭州",
    )
    assert row["properties"].count("12345678901234567890.123456789") == 1
    assert json.loads(row["properties"]) == {
        "sku": "sku-1", "price": 12345678901234567890.123456789, "page": "/cart", "utm_source": "weibo",
        "referrer": "https://example.org/",
    }  # fmt: skip
    kept = set(json.loads(row["_extra"]))
    assert kept == set(SNOWPLOW_EVENT) - {"event_id", "user_id", "collector_tstamp", "geo_city"}
    assert row["_extra"].count("12345678901234567890.123456789") == 1


def test_the_moment_is_corrected_by_the_clock_of_the_collector(tmp_path: Path) -> None:
    times = dict.fromkeys(["derived_tstamp", "true_tstamp", "dvce_sent_tstamp"], "")
    device = {"dvce_created_tstamp": "2016-01-01 00:00:00.500", "dvce_sent_tstamp": "2016-01-01 00:00:02.500"}
    rows = VendorFolder(tmp_path, "snowplow").land(
        enriched(**times | {"event_id": "1", "true_tstamp": "2026-03-30 01:00:00"}),
        enriched(**times | device | {"event_id": "2"}),
        enriched(**times | {"event_id": "3", "dvce_created_tstamp": "2026-03-30 03:00:00"}),
        enriched(**times | {"event_id": "4", "dvce_created_tstamp": ""}),
        name="a.tsv",
    )
    received = datetime(2026, 3, 30, 4, 0, 5, 250_000, UTC)
    assert [row["occurred_at"] for row in rows] == [
        datetime(2026, 3, 30, 1, tzinfo=UTC),
        received.replace(second=3),
        datetime(2026, 3, 30, 3, tzinfo=UTC),
        received,
    ]


def test_a_mobile_app_says_who_it_is_in_contexts(tmp_path: Path) -> None:
    of_app = {"event_id": "1", "platform": "mob", "domain_userid": "", "domain_sessionid": "", "user_id": ""}
    rows = VendorFolder(tmp_path, "snowplow").land(
        enriched(**of_app, contexts=json.dumps(SNOWPLOW_SESSION), network_userid="random"),
        enriched(**of_app | {"event_id": "2"}, contexts="", network_userid="nuid-1"),
        enriched(**of_app | {"event_id": "3"}, contexts='{"data":7}', network_userid="nuid-1"),
        name="a.tsv",
    )
    found = [
        [row[name] for name in ("anonymous_id", "session_id", "platform", "app_version", "device_id")]
        for row in rows
    ]
    assert found == [
        ["client-1", "session-1", "ios", "5.4.0", "idfv-1"],
        ["nuid-1", None, "mob", None, None],
        ["nuid-1", None, "mob", None, None],
    ]


def test_other_kinds_of_events_have_their_names(tmp_path: Path) -> None:
    none = {"unstruct_event": "", "event_name": ""}
    struct = {
        "event": "struct",
        "event_name": "event",
        "se_category": "shop",
        "se_action": "like",
        "se_value": "0.10",
    }
    order = {"event": "transaction", "tr_orderid": "o-1", "tr_total": "25.50", "tr_currency": "CNY"}
    rows = VendorFolder(tmp_path, "snowplow").land(
        enriched(**none | struct | {"event_id": "1"}),
        enriched(**none | order | {"event_id": "2"}),
        enriched(**none | {"event_id": "3", "event": "page_view", "event_name": "page_view"}),
        name="a.tsv",
    )
    assert [row["event_name"] for row in rows] == ["like", "transaction", "page_view"]
    properties = [json.loads(row["properties"]) for row in rows]
    assert properties[0]["se_value"] == "0.10"
    assert [properties[1][name] for name in ("order_id", "revenue", "currency")] == ["o-1", "25.50", "CNY"]


def test_every_line_has_an_outcome(tmp_path: Path) -> None:
    folder = VendorFolder(tmp_path, "snowplow")
    lines = {
        1: enriched(event_id="1"),
        2: "",
        3: enriched(event_id="3").rpartition("\t")[0],
        4: enriched(event_id="4") + "\tmore",
        5: "\t".join(COLUMNS),
        6: enriched(event_id="6", contexts="{broken"),
        7: enriched(event_id="7", unstruct_event='{"data":{"data":{"n":NaN}}}'),
        8: enriched(event_id="8", unstruct_event='{"data":{"data":7}}'),
        9: enriched(event_id=""),
        10: enriched(event_id="10", user_id="", domain_userid="", contexts="", network_userid=""),
        11: enriched(event_id="11", derived_tstamp="yesterday"),
        12: enriched(event_id="12") + "\r",
        13: json.dumps({"event_id": "13"}),
        14: enriched(event_id='14"\\', page_title='quotes " and \\ stay \x01'),
    }
    rows = folder.land(*lines.values(), name="a.tsv")
    assert [row["_source_row"] for row in rows] == [1, 12, 14]
    assert rows[2]["event_id"] == '14"\\'
    assert json.loads(rows[2]["_extra"])["page_title"] == 'quotes " and \\ stay \x01'
    reasons = dict(folder.reasons())
    assert reasons == {
        3: "wrong_columns", 4: "wrong_columns", 5: "broken_json", 6: "broken_json", 7: "broken_json",
        8: "bad_properties", 9: "missing_required", 10: "missing_identity", 11: "not_a_timestamp", 13: "wrong_columns",
    }  # fmt: skip
    raw = {row["line_number"]: row["raw_text"] for row in folder.company.put_aside("app_events", "events")}
    assert raw == {number: lines[number] for number in reasons}
    # A replay reads the same lines in the same way.
    again = replay(folder.company.settings)
    assert (again.tried, again.landed, again.left) == (len(reasons), 0, 0)


def test_files_are_named_as_the_loaders_name_them(tmp_path: Path) -> None:
    company = CompanyFolder(tmp_path)
    names = ["2026-03-30-113245-part.gz", "run=2026/part-00000.txt.gz", "a.tsv.gz"]
    for number, name in enumerate(names):
        data = gzip.compress((enriched(event_id=str(number)) + "\n").encode())
        company.put(f"app_events/snowplow/app_id=mall/{name}", data)
    (result,) = pull(company.settings)
    assert set(counts(result).values()) == {(1, 1, 0, 0, 0)}
    assert {row["app_id"] for row in company.landed("app_events", "events")} == {"mall"}


@pytest.mark.parametrize("name", ["a.ndjson", "a.ndjson.gz", "a.csv", "a.parquet", "events"])
def test_other_files_are_named_and_not_read(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    company = CompanyFolder(tmp_path)
    company.put(f"app_events/snowplow/{name}", enriched())
    assert pull(company.settings) == []
    assert f"not read: inbox/app_events/snowplow/{name}: not a file of enriched events" in caplog.text


def test_copies_count_once_and_late_ones_too(tmp_path: Path) -> None:
    company = CompanyFolder(tmp_path)
    old = enriched(derived_tstamp="2025-02-01 00:00:00", collector_tstamp="2025-02-01 00:00:01")
    company.put("app_events/snowplow/a.tsv", f"{old}\n{old}\n")
    company.accept(pull(company.settings))
    changed = enriched(derived_tstamp="2025-02-01 00:00:00", collector_tstamp="2026-03-30 00:00:01")
    company.put("app_events/snowplow/b.tsv", f"{changed}\n{old}\n")
    (result,) = pull(company.settings)
    # The same event received again is a version of its own, of which int_events counts the first received.
    assert counts(result) == {"inbox/app_events/snowplow/b.tsv": (2, 1, 1, 0, 0)}
