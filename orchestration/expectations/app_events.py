"""App events: clocks that can be right, and days that are not far emptier than usual."""

from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between
from orchestration.expectations.volume import quarantine_share

#: A day is compared with the median of the 28 days before it once 14 of them have events.
HISTORY_DAYS = 14
USUAL_EVENTS = 1000


def frames(view: BatchView) -> list[Frame]:
    return [quarantine_share(view), _clocks(view), _days(view)]


def _clocks(view: BatchView) -> Frame:
    """Single wrong clocks are flagged in the marts; most of a batch in the future is a wrong unit or zone."""
    query = f"""
        select app_id, count(*) as events,
            count(*) filter (where occurred_at > greatest(_loaded_at, timestamptz '{view.as_of.isoformat()}')
                + interval 1 day) / count(*) as share_in_future,
            count(*) filter (where occurred_at < timestamptz '1990-01-01 00:00:00+00') / count(*) as share_ancient
        from {view.new("events")} group by app_id having count(*) >= 100"""
    rows = view.frame(query)
    expectations = (
        between("at most a tenth of an app's events is in the future", "share_in_future", 0, 0.1),
        between("at most a tenth of an app's events is older than 1990", "share_ancient", 0, 0.1),
    )
    return Frame(
        "clocks by app", rows, expectations, "" if len(rows) else "fewer than 100 events per app", ("app_id",)
    )


def _days(view: BatchView) -> Frame:
    """Days that the batch touches, with everything that arrived for them so far: a day may come in parts."""
    local = f"cast(occurred_at at time zone '{view.reporting_timezone}' as date)"
    query = f"""
        with touched as (select distinct app_id, {local} as activity_date from {view.new("events")}),
        everything as (
            select app_id, {local} as activity_date, count(*) as events
            from (
                select app_id, occurred_at from {view.new("events")}
                union all by name
                select app_id, occurred_at from {view.before("events", days=30)}
            )
            group by all
        )
        select day.app_id, day.activity_date, day.events, median(past.events) as usual_events,
            day.events / median(past.events) as share_of_usual
        from everything day
        semi join touched using (app_id, activity_date)
        join everything past
            on past.app_id = day.app_id
            and past.activity_date between day.activity_date - 28 and day.activity_date - 1
        where day.activity_date < cast(
            timestamptz '{view.as_of.isoformat()}' at time zone '{view.reporting_timezone}' as date
        )
        group by day.app_id, day.activity_date, day.events
        having count(*) >= {HISTORY_DAYS} and median(past.events) >= {USUAL_EVENTS}"""
    rows = view.frame(query)
    expectation = between("a past day has at least 5 % of its usual events", "share_of_usual", 0.05)
    return Frame(
        "events by day",
        rows,
        (expectation,),
        "" if len(rows) else "too little history",
        ("app_id", "activity_date"),
    )
