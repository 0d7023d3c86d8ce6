"""神策 operations on profiles: rows of their own table, each line counted once."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ingestion.landing import Landing
from ingestion.sources.app_events import pull
from ingestion.sources.app_events.contracts import EVENTS
from ingestion.sources.app_events.replay import replay
from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import SENSORS_TRACK

OPERATIONS = ("set", "set_once", "increment", "append", "unset", "delete")


@pytest.fixture
def folder(tmp_path: Path) -> VendorFolder:
    return VendorFolder(tmp_path, "sensors")


def operation(name: str, properties: object, **more: object) -> dict[str, Any]:
    user = {"project": "shop", "distinct_id": "d1", "time": 1774843200123}
    return {"type": f"profile_{name}", **user, "properties": properties, **more}


def operations(folder: VendorFolder) -> list[dict[str, Any]]:
    return folder.company.landed("app_events", "profile_operations")


def put_aside(folder: VendorFolder) -> list[tuple[int, str]]:
    rows = folder.company.put_aside("app_events", "profile_operations")
    return [(row["line_number"], row["reason_code"]) for row in rows]


def test_every_operation_lands_beside_the_events(folder: VendorFolder) -> None:
    values = {"increment": {"n": 1}, "append": {"n": ["a"]}, "delete": {}}
    lines = [operation(name, values.get(name, {"n": True})) for name in OPERATIONS]
    lines += [
        {"type": f"item_{name}", "item_id": "i1", "item_type": "book", "time": 1}
        for name in ("set", "delete")
    ]
    (event,) = folder.land(*lines, SENSORS_TRACK)
    assert event["_source_row"] == 9
    rows = operations(folder)
    assert [row["operation"] for row in rows] == [*OPERATIONS, "set", "delete"]
    assert {(row["user_id"], row["anonymous_id"], row["item_id"]) for row in rows[:6]} == {(None, "d1", None)}
    assert {(row["user_id"], row["anonymous_id"], row["item_id"], row["item_type"]) for row in rows[6:]} == {
        (None, None, "i1", "book")
    }
    assert rows[0]["occurred_at"] == datetime(2026, 3, 30, 4, 0, 0, 123_000, UTC)
    assert rows[0]["app_id"] == "shop"
    assert (put_aside(folder), folder.reasons()) == ([], [])


def test_values_are_exact_json_texts(folder: VendorFolder) -> None:
    line = (
        '{"type":"profile_set","distinct_id":"d1","time":1774843200123,"properties":{"long":0.12345678901234567890,'
        '"name":"李 \\"雷\\"","huge":1E400,"list":[1, {"a":null}],"none":null,"odd \\"key.$":2.5,"ok":true}}'
    )
    assert folder.land(line, line.replace("0.12345678901234567890", "7").replace("1E400", "8")) == []
    exact, usual = (json.loads(row["properties"]) for row in operations(folder))
    assert exact["long"] == "0.12345678901234567890"
    assert exact["huge"] == "1E400"
    assert (usual["long"], usual["huge"]) == ("7", "8")
    for found in (exact, usual):
        assert found["name"] == '"李 \\"雷\\""'
        assert (found["list"], found["none"], found['odd "key.$'], found["ok"]) == (
            '[1,{"a":null}]',
            "null",
            "2.5",
            "true",
        )


def test_who_it_is_about(folder: VendorFolder) -> None:
    folder.land(
        operation("set", {"a": 1}, identities={"$identity_login_id": "u1", "$identity_cookie_id": "c1"}),
        operation("set", {"a": 1, "$is_login_id": True}, distinct_id="u2"),
        operation("set", {"a": 1}, login_id="u3", anonymous_id="d3"),
    )
    who = [(row["user_id"], row["anonymous_id"]) for row in operations(folder)]
    assert who == [("u1", "c1"), ("u2", None), ("u3", "d3")]


def test_a_line_sent_again_is_a_duplicate(folder: VendorFolder) -> None:
    line = operation("increment", {"n": 1}, _track_id=5)
    folder.land(line, line, {**line, "_flush_time": 9, "recv_time": 1774843201000}, {**line, "_track_id": 6})
    ids = [row["operation_id"] for row in operations(folder)]
    assert (len(ids), len(set(ids))) == (3, 2)


def test_what_cannot_be_applied_is_put_aside_by_line(folder: VendorFolder) -> None:
    lines: list[object] = [
        operation("increment", {"n": "1 more"}),
        operation("increment", {"n": 1, "m": 2**70}),
        operation("append", {"n": "a"}),
        operation("set", "{broken"),
        operation("set", "words"),
        operation("set", [1]),
        '{"type":"profile_set","distinct_id":"d","time":1774843200123,"properties":{"a":1,"a":2}}',
        operation("drop", {}),
        operation("set", {"a": 1}, distinct_id=""),
        operation("set", {"a": 1}, time="soon"),
        operation("set", {"a": 1}, distinct_id={"a": 1}),
        {"type": "item_set", "item_id": "i", "time": 1, "properties": {}},
        {"type": "profile"},
        {"type": "\u0070rofile_set", "distinct_id": "d", "time": 1774843200123},
    ]
    assert folder.land(*lines) == []
    assert put_aside(folder) == [
        (1, "bad_operation"),
        (2, "bad_operation"),
        (3, "bad_operation"),
        (4, "bad_properties"),
        (5, "bad_properties"),
        (6, "bad_properties"),
        (7, "bad_properties"),
        (8, "not_a_choice"),
        (9, "missing_identity"),
        (10, "not_a_timestamp"),
        (11, "not_text"),
        (12, "missing_identity"),
    ]
    assert folder.reasons() == [(13, "unknown_type")]
    assert [row["_source_row"] for row in operations(folder)] == [14]


def test_an_accepted_operation_never_lands_again(folder: VendorFolder) -> None:
    line = operation("append", {"tags": ["a"]})
    folder.company.put("app_events/sensors/a.ndjson", json.dumps(line))
    folder.company.accept(pull(folder.company.settings))
    folder.company.put("app_events/sensors/b.json", json.dumps([line, {**line, "time": 1774843200124}]))
    (result,) = pull(folder.company.settings)
    found = [(file.entity, file.rows_read, file.rows_landed, file.rows_duplicate) for file in result.files]
    assert found == [("events", 0, 0, 0), ("profile_operations", 2, 1, 1)]
    assert len(operations(folder)) == 2
    assert replay(folder.company.settings).tried == 0


def test_operations_put_aside_by_an_earlier_version_land_in_a_replay(folder: VendorFolder) -> None:
    lines = [json.dumps(operation("set", {"a": 1}, _track_id=number)) for number in range(3)]
    old = pa.table(
        {
            "_source_row": [1, 2, 3],
            "_raw_text": lines,
            "_reason_code": ["profile_operation"] * 3,
            "_reason": ["an operation on a profile is no event"] * 3,
        }
    )
    settings = folder.company.settings
    with Landing(settings.data_dir, "app_events", observed_at=settings.as_of) as landing:
        landing.add(EVENTS, old, file_name="inbox/app_events/sensors/a.ndjson")
    done = replay(settings)
    assert (done.tried, done.landed, done.left) == (3, 3, 0)
    assert [row["_source_row"] for row in operations(folder)] == [1, 2, 3]
    assert replay(settings).tried == 0
