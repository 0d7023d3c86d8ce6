"""Queries for the visits of the users of one app, from which the benchmarks of history make their events."""

from datetime import UTC, datetime

FIRST = datetime(2023, 1, 1, tzinfo=UTC)
#: An eighth of a day's events come from as many users; the crowd moves on by a hundredth of them a day.
EVENTS_PER_USER = 8


def visit_columns(day: int) -> str:
    """Canonical columns of an event of the date, from its `number` and `person`: all but what it is and whose."""
    return f"""
            md5(concat('{day}:', number)) as event_id,
            'aurora' as app_id,
            timestamp '{FIRST:%Y-%m-%d}' + interval {day} day + to_seconds(
                (hash(person, {day}) % 76000 + (hash(number, 2) % 3) * 3600 + hash(number, 3) % 1200)::bigint
            ) as occurred_at,
            occurred_at + interval 2 second as received_at,
            ['ios', 'android', 'web'][1 + person % 3] as platform,
            concat('5.', {day} // 30) as app_version,
            concat('d', person) as device_id,
            md5(concat(person, ':{day}')) as session_id,
            'CN' as country,
            ['Zhejiang', 'Shanghai', 'Beijing'][1 + person % 3] as region,
            cast(null as varchar) as city"""


def visitors(events: int, day: int) -> str:
    """Columns of range(): the `number` of each event of the date and its `person`."""
    users = events // EVENTS_PER_USER
    return f"""range as number,
            (hash(range, {day}) % {users} + {day} * {max(users // 100, 1)})::bigint as person"""


def late_copies(query: str) -> str:
    """One event in fifty again under an id of its own, up to 30 days late."""
    return f"""
        select * replace (
            md5(concat(event_id, ' late')) as event_id,
            occurred_at - interval 1 day * (1 + hash(event_id) % 30) as occurred_at
        ) from ({query}) where hash(event_id) % 50 = 0"""
