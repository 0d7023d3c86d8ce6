"""User properties of random operations, from files of five formats in any order, against a fold in plain Python."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.manifest import Manifest
from ingestion.sources import app_events
from tests.integration.history_folder import HistoryFolder
from tests.oracle.user_properties import Operation, history

pytestmark = [pytest.mark.pipeline]

APPS = 30
START = datetime(2026, 3, 30, 4, 0, tzinfo=UTC)
NAMES = ["plan", "tags", "coins", '邮箱 "e\'mail"', "a.$b"]
OPERATIONS = ["set", "set_once", "increment", "append", "unset", "delete"]
Row = dict[str, Any]


def test_the_model_is_the_fold_of_what_landed(tmp_path: Path) -> None:
    dice = random.Random("user properties")
    folder = HistoryFolder(tmp_path, START + timedelta(seconds=55))
    apps = [{"app_id": f"app {number}", "timezone": "UTC"} for number in range(APPS)]
    folder.deliver_workbook(apps, [], [], [])
    lines = [(app["app_id"], *_line(dice, number)) for app in apps for number in range(dice.randrange(5, 60))]
    # Some lines again, in other files and the next batch.
    lines += dice.sample(lines, len(lines) // 5)
    dice.shuffle(lines)
    for batch in range(2):
        _deliver(folder, lines[batch::2], batch)
    # Nothing of the chain below reads a mart.
    folder.freeze()
    folder.build("+int_user_properties")
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select app_id, user_id, property_name, valid_from, valid_to, value from intermediate.int_user_properties"
        ).fetchall()
    expected = history(_landed(folder))
    assert len(expected) > 1000
    assert len(rows) == len(set(rows))
    assert (set(rows) - expected, expected - set(rows)) == (set(), set())


def _line(dice: random.Random, number: int) -> tuple[str, Row]:
    """(format, line). Few moments, so that many operations share one; some lie after the as-of moment."""
    moment = START + timedelta(seconds=dice.randrange(60))
    millis = int(moment.timestamp() * 1000)
    user, device = f"user {dice.randrange(3)}", f"device {dice.randrange(3)}"
    if dice.random() < 0.6:
        name = dice.choice(OPERATIONS)
        who = {"distinct_id": device} if dice.random() < 0.5 else {"distinct_id": user, "login_id": user}
        line = {
            "type": f"profile_{name}",
            "time": millis,
            "_track_id": number,
            "properties": _values(dice, name),
        }
        return "sensors", line | who | ({"recv_time": millis + 5} if dice.random() < 0.3 else {})
    ids = dice.choice([{"user": user}, {"device": device}, {"user": user, "device": device}])
    values = _values(dice, "set")
    kind = dice.choice(["segment", "amplitude", "ga4_export", "canonical"])
    if kind == "segment":
        line = {
            "messageId": f"s{number}",
            "type": "identify",
            "timestamp": moment.isoformat(),
            "traits": values,
        }
        return kind, line | {"userId": ids.get("user"), "anonymousId": ids.get("device")}
    if kind == "amplitude":
        line = {
            "uuid": f"a{number}",
            "event_type": "open",
            "event_time": str(moment)[:19],
            "user_properties": values,
        }
        return kind, line | {"user_id": ids.get("user"), "device_id": ids.get("device")}
    if kind == "canonical":
        line = {
            "event_id": f"c{number}",
            "event_name": "open",
            "occurred_at": millis,
            "user_properties": values,
        }
        return kind, line | {"user_id": ids.get("user"), "anonymous_id": ids.get("device")}
    micros = {"set_timestamp_micros": str(millis * 1000 - 3_000_000)}
    given = [
        {"key": key, "value": {"string_value": value} | micros}
        for key, value in values.items()
        if isinstance(value, str) and key != "coins"
    ] + [{"key": "coins", "value": {"int_value": "7"}}, {"key": "score", "value": {"double_value": 1.25}}]
    line = {
        "event_timestamp": millis * 1000,
        "event_name": "open",
        "batch_event_index": number,
        "user_properties": given,
    }
    return kind, line | {"user_id": ids.get("user"), "user_pseudo_id": ids.get("device")}


def _values(dice: random.Random, operation: str) -> Row:
    names = dice.sample(NAMES, dice.randrange(1, 4))
    if operation == "delete":
        return {}
    if operation == "unset":
        return dict.fromkeys(names, True)
    if operation == "increment":
        return {name: dice.choice([1, -3, 0, 0.1, 2.000000001, 12.5]) for name in names}
    if operation == "append":
        return {name: dice.choice([[], ["a"], ["a,b", 1], [{"x": "]"}]]) for name in names}
    return {
        name: dice.choice([None, 5, 0.25, -7, "pro", "李", "", True, [], ["z"], {"k": [1]}]) for name in names
    }


def _deliver(folder: HistoryFolder, lines: list[tuple[str, str, Row]], batch: int) -> None:
    files: dict[str, list[Row]] = {}
    for app_id, format_, line in lines:
        place = f"{format_}/app_id={app_id}"
        files.setdefault(place, []).append(line | {"app_id": app_id} if format_ == "canonical" else line)
    for place, own in files.items():
        path = folder.path / "inbox" / "app_events" / place / f"{batch}.ndjson"
        path.parent.mkdir(parents=True, exist_ok=True)
        # A blank: a file whose bytes were landed before would be skipped whole.
        path.write_text("".join(" " * batch + json.dumps(line) + "\n" for line in own), "utf-8")
    (result,) = app_events.pull(folder.settings)
    assert sum(file.rows_read for file in result.files) == len(lines)
    assert sum(file.rows_quarantined for file in result.files) == 0
    Manifest(folder.path).set_state(str(result.batch_id), "accepted")


def _landed(folder: HistoryFolder) -> list[Operation]:
    """What the raw tables say, each operation once, of whom the events say it is, up to the as-of moment."""
    manifest = Manifest(folder.path)
    rows = {
        entity: [
            row
            for path in manifest.raw_files("app_events", entity)
            for row in pq.read_table(path).to_pylist()
        ]
        for entity in ("events", "profile_operations")
    }
    owners: dict[tuple[str, str], str] = {}
    events = sorted(rows["events"], key=lambda row: (row["occurred_at"], row["event_id"]))
    for row in events:
        if row["user_id"] and row["anonymous_id"] and row["occurred_at"] <= folder.as_of:
            owners.setdefault((row["app_id"], row["anonymous_id"]), row["user_id"])
    found: dict[tuple[str, str, datetime], Operation] = {}
    for row in (*rows["profile_operations"], *events):
        is_event = "event_id" in row
        id_ = row["event_id"] if is_event else row["operation_id"]
        user = (
            row["user_id"]
            or owners.get((row["app_id"], row["anonymous_id"]))
            or f"anon:{row['anonymous_id']}"
        )
        name = "set" if is_event else row["operation"]
        values = _carried(row) if is_event else {None: json.loads(row["properties"])}
        for micros, texts in values.items():
            moment = datetime.fromtimestamp(micros // 1_000_000, UTC) if micros else row["occurred_at"]
            if moment > folder.as_of:
                continue
            naive, received = moment.replace(tzinfo=None), row["received_at"]
            found[row["app_id"], id_, naive] = Operation(
                row["app_id"], id_, user, name, {} if name == "delete" else texts, naive,
                received.replace(tzinfo=None) if received else None,
            )  # fmt: skip
    return list(found.values())


def _carried(row: Row) -> dict[int | None, dict[str, str]]:
    """Epoch µs of the set (none: that of the event) → property → JSON text."""
    extra = json.loads(row["_extra"] or "{}")
    given = extra.get("user_properties", extra.get("traits", {}))
    if isinstance(given, dict):
        return {None: {name: _text(value) for name, value in given.items()}}
    found: dict[int | None, dict[str, str]] = {}
    for entry in given:
        value = dict(entry["value"])
        micros = int(value.pop("set_timestamp_micros", 0)) or None
        ((kind, text),) = value.items()
        found.setdefault(micros, {})[entry["key"]] = _text(text) if kind == "string_value" else str(text)
    return found


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
