"""Events of the Amplitude Export API as canonical events."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import AMPLITUDE_EVENT


def test_an_event_keeps_everything(tmp_path: Path) -> None:
    (row,) = VendorFolder(tmp_path, "amplitude").land(AMPLITUDE_EVENT)
    assert (row["app_id"], row["event_name"]) == ("187520", "Add to Cart")
    assert (row["user_id"], row["anonymous_id"], row["device_id"]) == ("u1", "d-1", "d-1")
    assert row["occurred_at"] == datetime(2026, 3, 30, 4, 0, 0, 123_000, UTC)
    assert row["received_at"] == datetime(2026, 3, 30, 4, 0, 5, tzinfo=UTC)
    assert (row["platform"], row["app_version"], row["session_id"]) == ("android", "5.4.0", "1774843000123")
    assert json.loads(row["properties"]) == AMPLITUDE_EVENT["event_properties"] | {
        "revenue": "9.9",
        "utm_source": "weibo",
        "country_name": "China",
    }
    assert json.loads(row["_extra"])["user_properties"] == AMPLITUDE_EVENT["user_properties"]


def test_the_identity_is_that_of_the_vendor(tmp_path: Path) -> None:
    folder = VendorFolder(tmp_path, "amplitude")
    without = {key: value for key, value in AMPLITUDE_EVENT.items() if key != "$insert_id"}
    rows = folder.land(
        AMPLITUDE_EVENT,
        AMPLITUDE_EVENT | {"uuid": "other"},
        AMPLITUDE_EVENT | {"device_id": "d-2"},
        without | {"session_id": -1},
    )
    ids = [row["event_id"] for row in rows]
    assert ids[0] == ids[1] != ids[2]
    assert (ids[3], rows[3]["session_id"]) == (AMPLITUDE_EVENT["uuid"], None)


def test_lines_without_a_person_or_a_moment_are_put_aside(tmp_path: Path) -> None:
    folder = VendorFolder(tmp_path, "amplitude")
    folder.land(
        AMPLITUDE_EVENT | {"user_id": None, "device_id": None, "amplitude_id": None},
        AMPLITUDE_EVENT | {"event_time": "2026-13-01 00:00:00"},
        AMPLITUDE_EVENT | {"event_type": ""},
    )
    assert folder.reasons() == [(1, "missing_identity"), (2, "not_a_timestamp"), (3, "missing_required")]


def test_revenue_is_price_times_quantity_where_it_is_not_sent(tmp_path: Path) -> None:
    """As the vendor has it: a quantity that is not sent is 1. What is no plain number gives none."""
    sent = [
        {"$price": 19.99, "$quantity": 3},
        {"$price": "-0.1"},
        {"$price": 100, "$quantity": 3, "$revenue": 270.5},
        {"$price": 0, "$quantity": 2},
        {"$price": 1.25, "$quantity": 1.5},
        {"$price": "free", "$quantity": 1},
        {"$quantity": 3},
    ]
    rows = VendorFolder(tmp_path, "amplitude").land(
        *(AMPLITUDE_EVENT | {"event_properties": own, "$insert_id": str(n)} for n, own in enumerate(sent))
    )
    found = [json.loads(row["properties"]).get("revenue") for row in rows]
    assert found == ["59.97", "-0.1", "270.5", "0", None, None, None]
