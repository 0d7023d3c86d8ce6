"""What a day's operations on profiles (神策 profile_*) cost the properties of users at 60 and at 365 days of history.

`python -m benchmarks.profile_history [--daily 14000] [--days 60 365] [--events]`: CPU seconds of each model of user
properties, built whole and with each of three days that arrive through the real landing, a fiftieth of each up to 30
days late. As in benchmarks.history the days before are written straight into raw/. With `--events` they are events that
carry a property of their user each, as those of GA4 and Amplitude do, in place of operations.

A user does OPERATIONS_A_DAY operations on a day; the crowd moves on by a hundredth of it a day.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.history import FIRST, build_models, land, write_history, write_lines
from ingestion.sources.app_events.contracts import EVENTS, PROFILE_OPERATIONS

LENGTHS, DAILY, INCREMENTS, OPERATIONS_A_DAY = (60, 365), 14_000, 3, 2
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
        inbox = folder / "inbox" / "app_events"
        lines = carried_lines(daily, day) if events else operation_lines(daily, day)
        write_lines(inbox / ("." if events else "sensors") / f"day-{day}.ndjson", f"({lines})")
        land(folder, day + 1, at_least=daily)
        columns.append(build_models(folder, day + 1, MODELS))
    return columns


def done(operations: int, day: int) -> str:
    """Who does what to which property on a date; `value` is JSON text."""
    users = operations // OPERATIONS_A_DAY
    return f"""
        select
            number,
            concat('u', hash(number, {day}) % {users} + {day} * {max(users // 100, 1)}) as person,
            timestamp '{FIRST:%Y-%m-%d}' + interval {day} day + to_seconds((hash(number, 2) % 86000)::bigint) as moment,
            ['set', 'set', 'set', 'set_once', 'increment', 'append', 'unset'][1 + (hash(number, 3) % 7)::int] as operation,
            case operation
                when 'set' then concat('city ', hash(number, 4) % 5)
                when 'increment' then 'coins'
                when 'append' then 'tags'
                else concat('level ', hash(number, 4) % 3)
            end as name,
            case operation
                when 'increment' then '1' when 'append' then '["a"]'
                else concat('"value ', hash(number, 5) % 9, '"')
            end as value
        from (select range as number from range({operations}))"""


def operation_query(operations: int, day: int) -> str:
    """Operations of one date in the canonical columns."""
    return f"""
        select
            md5(concat('{day}:', number)) as operation_id, 'aurora' as app_id, person as user_id,
            cast(null as varchar) as anonymous_id, cast(null as varchar) as item_type, cast(null as varchar) as item_id,
            operation, moment as occurred_at, moment + interval 2 second as received_at,
            json_object(name, value) as properties
        from ({done(operations, day)})"""


def operation_lines(operations: int, day: int) -> str:
    """Operations of one date, and a fiftieth as many up to 30 days late, as lines of 神策."""
    return f"""
        select
            concat('profile_', operation) as type, 'aurora' as project, person as distinct_id, person as login_id,
            number as _track_id, json_object(name, value::json) as properties,
            epoch_ms(moment - interval 1 day * case when number < {operations} then 0 else 1 + number % 30 end) as time,
            epoch_ms(moment) + 2000 as recv_time
        from ({done(operations + operations // 50, day)})"""


def carrying_query(events: int, day: int) -> str:
    """Events of one date that carry a property each, in the canonical columns."""
    columns = ("platform", "app_version", "device_id", "session_id", "country", "region", "city")
    absent = ", ".join(f"cast(null as varchar) as {name}" for name in columns)
    return f"""
        select
            md5(concat('{day}:', number)) as event_id, 'aurora' as app_id, 'page_view' as event_name, person as user_id,
            cast(null as varchar) as anonymous_id, moment as occurred_at, moment + interval 2 second as received_at,
            {absent}, '{{}}' as properties,
            json_object('user_properties', json_object(name, value::json))::varchar as _extra
        from ({done(events, day)})"""


def carried_lines(events: int, day: int) -> str:
    """Events of one date that carry a property each, and a fiftieth as many up to 30 days late."""
    return f"""
        select
            md5(concat('{day}:', number)) as event_id, 'aurora' as app_id, 'page_view' as event_name, person as user_id,
            moment - interval 1 day * case when number < {events} then 0 else 1 + number % 30 end as occurred_at,
            moment + interval 2 second as received_at, json_object(name, value::json) as user_properties
        from ({done(events + events // 50, day)})"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
