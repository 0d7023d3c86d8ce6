"""Properties of users, folded one operation after the other in plain Python (docs/event_formats.md)."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

_NUMBER = re.compile(r"-?[0-9]{1,20}([.][0-9]{1,9})?", re.ASCII)
Key = tuple[str, str, str]
#: (app, user, property, valid from, valid to, value)
Row = tuple[str, str, str, datetime, datetime | None, str]


@dataclass(frozen=True)
class Operation:
    """`values` are JSON texts by property; of a delete there are none. Moments are UTC."""

    app_id: str
    operation_id: str
    user_id: str
    operation: str
    values: dict[str, str]
    occurred_at: datetime
    received_at: datetime | None = None


def history(operations: Iterable[Operation]) -> set[Row]:
    """Rows of the property history of all users; every operation is given once."""
    of_user: dict[tuple[str, str], list[Operation]] = defaultdict(list)
    for operation in operations:
        of_user[operation.app_id, operation.user_id].append(operation)
    found: set[Row] = set()
    for (app_id, user_id), mine in of_user.items():
        mine.sort(key=lambda one: (one.occurred_at, one.received_at or one.occurred_at, one.operation_id))
        changes: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
        for moment in sorted({one.occurred_at for one in mine}):
            state = _state([one for one in mine if one.occurred_at <= moment])
            for name in {*state, *changes}:
                value = state.get(name)
                if value != (changes[name][-1][1] if changes[name] else None):
                    changes[name].append((moment, value))
        for name, steps in changes.items():
            ends = [start for start, _ in steps[1:]] + [None]
            found |= {
                (app_id, user_id, name, start, end, value)
                for (start, value), end in zip(steps, ends, strict=True)
                if value is not None
            }
    return found


def _state(operations: list[Operation]) -> dict[str, str]:
    """Values after the operations, from nothing."""
    state: dict[str, str] = {}
    for one in operations:
        if one.operation == "delete":
            state.clear()
        for name, value in one.values.items():
            changed = _applied(one.operation, state.get(name), value)
            if changed is None:
                state.pop(name, None)
            else:
                state[name] = changed
    return state


def _applied(operation: str, before: str | None, value: str) -> str | None:
    if operation == "unset":
        return None
    if operation == "set":
        return None if value == "null" else value
    if operation == "set_once":
        return before if before is not None or value == "null" else value
    if before is None:
        return value
    if operation == "increment":
        if not _NUMBER.fullmatch(before):
            return before
        text = f"{Decimal(before) + Decimal(value):.9f}"
        return text.rstrip("0").rstrip(".") if Decimal(text) else "0"
    if not before.startswith("["):
        return before
    both = [*json.loads(before), *json.loads(value)]
    return json.dumps(both, separators=(",", ":"), ensure_ascii=False)
