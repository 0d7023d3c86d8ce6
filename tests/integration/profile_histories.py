"""Random operations on profiles beside the events of a history: lines of 神策, and what events carry of their user.

An operation comes again with another content: received earlier or later, of another user, with other values or none.
Some happen after the as-of moment of the step that brings them.
"""

import json
import random
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
OPERATIONS = ["set", "set", "set_once", "increment", "append", "unset", "delete"]
NAMES = ["plan", "tags", "coins"]


def profile_lines(seed: str, app_id: str, steps: int, now: datetime) -> list[list[Row]]:
    """Lines of each step for the adapter of 神策; equal arguments give equal lines."""
    dice = random.Random(f"{seed} {app_id} profiles")
    delivered: list[list[Row]] = [[] for _ in range(steps)]
    for number in range(dice.randrange(12, 30)):
        operation = _operation(dice, app_id, number, now)
        delivered[dice.randrange(steps)].append(operation)
        for _ in range(dice.choice([0, 0, 1, 2])):
            delivered[dice.randrange(steps)].append(_version(dice, operation))
    return delivered


def carrying(line: Row) -> Row:
    """One event in six with properties of its user; equal lines carry equal ones."""
    dice = random.Random(json.dumps(line))
    return line if dice.random() > 1 / 6 else {**line, "user_properties": _values(dice, "set")}


def _operation(dice: random.Random, app_id: str, number: int, now: datetime) -> Row:
    name = dice.choice(OPERATIONS)
    # Whole hours, so that several share a moment.
    moment = now - timedelta(hours=dice.randrange(-60, 24 * 12))
    line = {
        "type": f"profile_{name}",
        "project": app_id,
        "distinct_id": f"device {dice.randrange(3)}",
        "time": int(moment.timestamp() * 1000),
        "_track_id": number,
        "properties": _values(dice, name),
    }
    return line | _sent(dice, line["time"])


def _version(dice: random.Random, operation: Row) -> Row:
    """The same operation by its identity: type, distinct_id, time and _track_id."""
    kept = {key: value for key, value in operation.items() if key not in ("login_id", "recv_time")}
    values = operation["properties"]
    if dice.random() < 0.5:
        values = {} if dice.random() < 0.3 else _values(dice, operation["type"].removeprefix("profile_"))
    return kept | _sent(dice, operation["time"]) | {"properties": values}


def _sent(dice: random.Random, time: int) -> Row:
    """Of a signed-in user, or of the device alone; when it was received, or not said."""
    owner = {"login_id": f"user {dice.randrange(5)}"} if dice.random() < 0.5 else {}
    received = {"recv_time": time + dice.choice([-5, 1, 7, 100_000])} if dice.random() < 0.7 else {}
    return owner | received


def _values(dice: random.Random, operation: str) -> Row:
    names = dice.sample(NAMES, dice.randrange(1, 3))
    if operation == "delete":
        return {}
    if operation == "unset":
        return dict.fromkeys(names, True)
    if operation == "increment":
        return {name: dice.choice([1, -3, 0.1]) for name in names}
    if operation == "append":
        return {name: dice.choice([["a"], ["b", 1]]) for name in names}
    return {name: dice.choice([None, 5, "pro", "free", [], ["z"]]) for name in names}
