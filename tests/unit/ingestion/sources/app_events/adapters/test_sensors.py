"""神策 records as canonical events."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import SENSORS_TRACK


@pytest.fixture
def folder(tmp_path: Path) -> VendorFolder:
    return VendorFolder(tmp_path, "sensors")


def test_a_track_record_keeps_everything(folder: VendorFolder) -> None:
    (row,) = folder.land(SENSORS_TRACK)
    assert (row["app_id"], row["event_name"]) == ("shop", "AddToCart")
    assert (row["user_id"], row["anonymous_id"]) == ("u1", "a1")
    assert row["occurred_at"] == datetime(2026, 3, 30, 4, 0, 0, 123_000, UTC)
    assert (row["platform"], row["region"], row["city"]) == ("ios", "浙江", "杭州")
    assert json.loads(row["properties"]) == SENSORS_TRACK["properties"] | {
        "page": "/item/1",
        "utm_source": "baidu",
        "duration_seconds": "3.25",
        "country_name": "中国",
    }
    assert json.loads(row["_extra"])["lib"] == SENSORS_TRACK["lib"]


def test_who_is_signed_in_and_who_is_not(folder: VendorFolder) -> None:
    plain = {key: value for key, value in SENSORS_TRACK.items() if key != "identities"}
    nobody = {**plain, "distinct_id": "d1", "properties": {}}
    rows = folder.land(
        {**plain, "_track_id": 1},
        {**nobody, "_track_id": 2},
        {**nobody, "type": "track_signup", "event": "$SignUp", "distinct_id": "u2", "original_id": "d1"},
        {**nobody, "login_id": "u3", "anonymous_id": "d3", "_track_id": 4},
        {**nobody, "login_id": "", "_track_id": 5},
    )
    assert [(row["user_id"], row["anonymous_id"]) for row in rows] == [
        ("u1", None),
        (None, "d1"),
        ("u2", "d1"),
        ("u3", "d3"),
        (None, "d1"),
    ]
    assert rows[2]["event_name"] == "$SignUp"


def test_binding_and_unbinding_an_id_are_events(folder: VendorFolder) -> None:
    """As bind() and unbind() of the SDKs send them. An id that is taken from a user binds nothing to it."""
    bound = {
        "type": "track_id_bind",
        "event": "$BindID",
        "distinct_id": "u1",
        "login_id": "u1",
        "anonymous_id": "a1",
        "identities": {"$identity_login_id": "u1", "$identity_anonymous_id": "a1", "$identity_mobile": "m1"},
        "time": 1774843200000,
        "properties": {},
    }
    nobody = {key: bound[key] for key in ("type", "event", "time", "properties")} | {"distinct_id": "d1"}
    lost = {"type": "track_id_unbind", "event": "$UnbindID"}
    rows = folder.land(bound, nobody, bound | lost, nobody | lost)
    assert [(row["event_name"], row["user_id"], row["anonymous_id"]) for row in rows] == [
        ("$BindID", "u1", "a1"),
        ("$BindID", None, "d1"),
        ("$UnbindID", "u1", None),
        ("$UnbindID", None, "d1"),
    ]
    assert json.loads(rows[0]["_extra"])["identities"]["$identity_mobile"] == "m1"


def test_a_record_sent_again_is_the_same_event(folder: VendorFolder) -> None:
    bare = {key: value for key, value in SENSORS_TRACK.items() if key != "_track_id"}
    rows = folder.land(
        SENSORS_TRACK,
        SENSORS_TRACK | {"_flush_time": 1774843209999},
        SENSORS_TRACK | {"_track_id": 1},
        bare,
        bare | {"_flush_time": 1774843209999},
        bare | {"event": "Other"},
    )
    ids = [row["event_id"] for row in rows]
    assert ids[0] == ids[1]
    assert ids[3] == ids[4]
    assert len(set(ids)) == 4
