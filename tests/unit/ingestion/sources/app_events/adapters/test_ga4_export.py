"""Rows of the GA4 BigQuery export as canonical events."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import GA4_PURCHASE


@pytest.fixture
def folder(tmp_path: Path) -> VendorFolder:
    return VendorFolder(tmp_path, "ga4_export")


def test_a_purchase_keeps_everything(folder: VendorFolder) -> None:
    (row,) = folder.land(GA4_PURCHASE)
    assert (row["app_id"], row["event_name"]) == ("998877", "purchase")
    assert (row["user_id"], row["anonymous_id"]) == ("u1", "1234567890.1774000000")
    assert row["occurred_at"] == datetime(2026, 3, 30, 4, 0, 0, 123_456, UTC)
    assert (row["platform"], row["session_id"], row["device_id"]) == ("web", "1774843000", "v-1")
    assert json.loads(row["properties"]) == {
        "page_location": "https://shop.example/done",
        "ga_session_id": 1774843000,
        "engagement_time_msec": 1500,
        "currency": "CNY",
        "value": 25.5,
        "page": "https://shop.example/done",
        "order_id": "T-1",
        "revenue": "25.5",
        "duration_seconds": "1.500",
        "utm_source": "google",
        "utm_medium": "cpc",
        "utm_campaign": "spring",
        "country_name": "China",
    }
    assert json.loads(row["_extra"])["items"] == GA4_PURCHASE["items"]


def test_a_restated_row_is_the_same_event(folder: VendorFolder) -> None:
    parameters = list(reversed(GA4_PURCHASE["event_params"]))
    rows = folder.land(
        GA4_PURCHASE,
        GA4_PURCHASE | {"event_params": parameters, "is_active_user": True},
        GA4_PURCHASE | {"event_timestamp": 1774843200123456, "user_id": None},
        GA4_PURCHASE | {"event_bundle_sequence_id": "18"},
    )
    ids = [row["event_id"] for row in rows]
    assert ids[0] == ids[1] == ids[2] != ids[3]


def test_parameters_of_every_type(folder: VendorFolder) -> None:
    values = [
        {"string_value": 'a "b" 中'},
        {"int_value": "9007199254740993"},
        {"float_value": 0.5},
        {"double_value": "NaN"},
        {},
        {"double_value": 0.12345678901234566},
    ]
    parameters = [{"key": f"k{n}", "value": value} for n, value in enumerate(values)]
    rows = folder.land(
        GA4_PURCHASE | {"event_params": parameters}, GA4_PURCHASE | {"event_params": parameters[:5]}
    )
    found = json.loads(rows[1]["properties"])
    assert [found[f"k{n}"] for n in range(5)] == ['a "b" 中', 9007199254740993, 0.5, "NaN", None]
    assert '"k5":0.12345678901234566' in rows[0]["properties"]


def test_rows_that_are_no_event_are_put_aside(folder: VendorFolder) -> None:
    twice = [{"key": "a", "value": {"int_value": "1"}}] * 2
    folder.land(
        GA4_PURCHASE | {"event_params": {"a": 1}},
        GA4_PURCHASE | {"event_params": twice},
        GA4_PURCHASE | {"event_timestamp": None},
        GA4_PURCHASE | {"user_pseudo_id": None, "user_id": None},
    )
    assert folder.reasons() == [
        (1, "bad_properties"),
        (2, "repeated_key"),
        (3, "missing_required"),
        (4, "missing_identity"),
    ]
