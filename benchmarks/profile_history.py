"""What a day's operations on profiles (神策 profile_*) cost the properties of users at 60 and at 365 days of history.

`python -m benchmarks.profile_history [--daily 14000] [--days 60 365] [--events]`: CPU seconds of each model of user
properties, built whole and with each of three days that arrive through the real landing, a fiftieth of each up to 30
days late. As in benchmarks.history the days before are written straight into raw/. With `--events` they are events that
carry a property of their user each, as those of GA4 and Amplitude do, in place of operations.

Users are those of benchmarks.visits: some operations each on a day, and a crowd that moves on.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.history import build_models, land, write_history, write_lines
from benchmarks.visits import late_copies, visit_columns, visitors
from ingestion.sources.app_events.contracts import EVENTS, PROFILE_OPERATIONS

LENGTHS, DAILY, INCREMENTS = (60, 365), 14_000, 3
MODELS = ("int_user_properties",)
#: Words of the models that are counted; what they read besides are the owners of devices.
COUNTED = ("propert", "profile")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile_history")
    parser.add_argument("--daily", type=int, default=DAILY)
    parser.add_argument("--days", type=int, nargs="+", default=LENGTHS)
    parser.add_argument("--events", action="store_true")
    options = parser.parse_args(arguments)
    least = {}
    for days in options.days:
        with tempfile.TemporaryDirectory(prefix="bench-profiles-") as folder:
            columns = measure(Path(folder), options.daily, days, events=options.events)
        print(f" {days} days of {options.daily:,}; CPU seconds: built whole, then one more day each time")
        counted = sorted({name for column in columns for name in column if any(w in name for w in COUNTED)})
        for name in counted:
            print(f"  {name:<34}" + "".join(f"{column.get(name, 0.0):9.2f}" for column in columns))
        totals = [sum(column.get(name, 0.0) for name in counted) for column in columns]
        print(f"  {'all of them':<34}" + "".join(f"{total:9.2f}" for total in totals), flush=True)
        least[days] = min(totals[1:])
    first, last = min(least), max(least)
    print(f"  one more day, {last} / {first} days: {least[last] / least[first]:.2f}")
    return 0


def measure(folder: Path, daily: int, days: int, *, events: bool) -> list[dict[str, float]]:
    query = carrying_query if events else operation_query
    write_history(folder, daily, days, query, EVENTS if events else PROFILE_OPERATIONS)
    columns = [build_models(folder, days, MODELS)]
    for day in range(days, days + INCREMENTS):
        done = f"{done_query(daily, day)} union all {late_copies(done_query(daily, day))}"
        inbox = folder / "inbox" / "app_events" / ("." if events else "sensors")
        write_lines(
            inbox / f"day-{day}.ndjson", f"({carried_lines(done) if events else operation_lines(done)})"
        )
        land(folder, day + 1, at_least=daily)
        columns.append(build_models(folder, day + 1, MODELS))
    return columns


def done_query(operations: int, day: int) -> str:
    """What is done to a property of whom on a date, as visits; `value` is JSON text."""
    return f"""
        select
            {visit_columns(day)},
            concat('u', person) as user_id,
            ['set', 'set', 'set', 'set_once', 'increment', 'append', 'unset'][1 + (hash(number, 3) % 7)::int] as done,
            case done
                when 'set' then concat('city ', hash(number, 4) % 5)
                when 'increment' then 'coins'
                when 'append' then 'tags'
                else concat('level ', hash(number, 4) % 3)
            end as name,
            case done
                when 'increment' then '1' when 'append' then '["a"]'
                else concat('"value ', hash(number, 5) % 9, '"')
            end as value
        from (select {visitors(operations, day)} from range({operations}))"""


def operation_query(operations: int, day: int) -> str:
    """Operations of one date in the canonical columns."""
    return f"""
        select
            event_id as operation_id, app_id, user_id, cast(null as varchar) as anonymous_id,
            cast(null as varchar) as item_type, cast(null as varchar) as item_id, done as operation, occurred_at,
            received_at, json_object(name, value) as properties
        from ({done_query(operations, day)})"""


def operation_lines(done: str) -> str:
    """The same as lines of 神策."""
    return f"""
        select
            concat('profile_', done) as type, app_id as project, user_id as distinct_id, user_id as login_id,
            event_id as _track_id, json_object(name, value::json) as properties, epoch_ms(occurred_at) as time,
            epoch_ms(received_at) as recv_time
        from ({done})"""


def carrying_query(events: int, day: int) -> str:
    """Events of one date that carry a property each, in the canonical columns."""
    return f"""
        select
            * exclude (done, name, value), 'page_view' as event_name, cast(null as varchar) as anonymous_id,
            '{{}}' as properties, json_object('user_properties', json_object(name, value::json))::varchar as _extra
        from ({done_query(events, day)})"""


def carried_lines(done: str) -> str:
    return f"""
        select
            * exclude (done, name, value), 'page_view' as event_name,
            json_object(name, value::json) as user_properties
        from ({done})"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
