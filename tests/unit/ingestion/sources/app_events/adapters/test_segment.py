"""Segment calls as canonical events."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import SEGMENT_TRACK


@pytest.fixture
def folder(tmp_path: Path) -> VendorFolder:
    return VendorFolder(tmp_path, "segment")


def test_a_track_call_keeps_everything(folder: VendorFolder) -> None:
    (row,) = folder.land(SEGMENT_TRACK)
    assert (row["event_id"], row["app_id"], row["event_name"]) == ("ajs-1", "default", "Order Completed")
    assert (row["user_id"], row["anonymous_id"]) == ("u1", "507f191e-810c-4729-9a6d-2f1b0f6f1a01")
    assert row["received_at"] == datetime(2026, 3, 30, 4, 0, 5, 250_000, UTC)
    assert (row["platform"], row["app_version"], row["device_id"]) == ("ios", "5.4.0", "dev-1")
    assert (row["country"], row["region"], row["city"]) == (None, "Zhejiang", "杭州")
    properties = json.loads(row["properties"])
    assert properties == SEGMENT_TRACK["properties"] | {
        "page": "/cart",
        "referrer": "https://example.org/",
        "country_name": "China",
        "utm_source": "newsletter",
        "utm_medium": "email",
        "utm_campaign": "spring",
        "utm_term": "tee",
        "utm_content": "b1",
    }
    extra = json.loads(row["_extra"])
    assert extra["context"] == SEGMENT_TRACK["context"]
    assert extra["writeKey"] == "wk"


def test_the_moment_takes_the_error_of_the_device_clock_out(folder: VendorFolder) -> None:
    """The device's clock is ten minutes fast: 12:10:00 by it was sent 5 s later and received at 12:00:05.25."""
    given = SEGMENT_TRACK | {"timestamp": "2026-03-30T04:00:00.000Z", "messageId": "given"}
    alone = {key: value for key, value in SEGMENT_TRACK.items() if key != "sentAt"} | {"messageId": "alone"}
    rows = folder.land(SEGMENT_TRACK, given, alone)
    assert [row["occurred_at"] for row in rows] == [
        datetime(2026, 3, 30, 4, 0, 0, 250_000, UTC),
        datetime(2026, 3, 30, 4, tzinfo=UTC),
        datetime(2026, 3, 30, 4, 10, tzinfo=UTC),
    ]


def test_every_kind_of_call_is_an_event(folder: VendorFolder) -> None:
    calls = [
        {"type": "page", "name": "Home", "properties": {"title": "家"}},
        {"type": "screen", "name": "Cart"},
        {"type": "identify", "traits": {"email": "a@example.org"}},
        {"type": "group", "groupId": "g1", "traits": {"plan": "pro"}},
        {"type": "alias", "previousId": "a0"},
    ]
    shared = {"userId": "u1", "timestamp": "2026-03-30T04:00:00Z"}
    rows = folder.land(*({**shared, "messageId": str(n), **call} for n, call in enumerate(calls)))
    assert [row["event_name"] for row in rows] == ["page_view", "page_view", "identify", "group", "alias"]
    assert [json.loads(row["properties"] or "{}") for row in rows] == [
        {"title": "家", "page": "Home"},
        {"page": "Cart"},
        {"email": "a@example.org"},
        {"plan": "pro", "group_id": "g1"},
        {},
    ]
    assert rows[4]["anonymous_id"] == "a0"


def test_what_is_no_call_is_put_aside(folder: VendorFolder) -> None:
    folder.land(
        SEGMENT_TRACK | {"type": "delete"},
        {key: value for key, value in SEGMENT_TRACK.items() if key != "messageId"},
        SEGMENT_TRACK | {"userId": {"id": 1}},
        SEGMENT_TRACK | {"properties": ["x"]},
        SEGMENT_TRACK | {"userId": None, "anonymousId": ""},
        "{broken",
        SEGMENT_TRACK | {"receivedAt": "yesterday"},
    )
    assert folder.reasons() == [
        (1, "unknown_type"),
        (2, "missing_required"),
        (3, "not_text"),
        (4, "bad_properties"),
        (5, "missing_identity"),
        (6, "broken_json"),
        (7, "not_a_timestamp"),
    ]
