"""Channels: days that exist, and counters that a person can have moved."""

from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between
from orchestration.expectations.volume import quarantine_share

_DATES = {
    "user_summary": "ref_date",
    "user_cumulate": "ref_date",
    "article_total_detail": "stat_date",
    "user_fans": "date",
    "item_base": "stat_date",
    "sessions": "date",
    "analytics": "date",
    "installs": "date",
    "store_performance": "date",
    "content_stats": "stat_date",
    "promotion_costs": "cost_date",
}
#: Counters of downloads, whose unit is only as good as the header of the file.
_COUNTERS = ("impressions", "views", "likes", "comments", "shares", "favorites", "view_seconds")
#: Fewer contents, or smaller counters, say nothing about a unit.
_ENOUGH_CONTENTS, _ENOUGH_COUNTED = 10, 100
SECONDS_OF_A_DAY = 86_400


def frames(view: BatchView) -> list[Frame]:
    found = [quarantine_share(view), *(_dates(view, entity) for entity in view.entities if entity in _DATES)]
    if "content_stats" in view.entities:
        found += [_jumps(view), _seconds_of_a_view(view)]
    return found


def _dates(view: BatchView, entity: str) -> Frame:
    """No statistics of days that have not begun anywhere on earth."""
    column = _DATES[entity]
    query = f"""
        select {column} as day, count(*) as rows_of_day,
            date_diff('day', {column}, cast(greatest(max(_loaded_at),
                timestamptz '{view.as_of.isoformat()}') as date)) as days_ago
        from {view.new(entity)} where {column} is not null group by {column}"""
    return Frame(
        f"days of {entity}",
        view.frame(query),
        (between("a day is not in the future", "days_ago", -1),),
        labels=("day",),
    )


def _jumps(view: BatchView) -> Frame:
    """A unit that changed moves all contents at once: the middle one by a factor, against the reading before."""
    readings = ", ".join(f"('{counter}', cast({counter} as double))" for counter in _COUNTERS)
    keys = "app_id, platform, coalesce(account_id, '') as account, external_content_id"

    def last(rows: str) -> str:
        return f"""
            select {keys}, kind.counter, arg_max(kind.reading,
                (coalesce(stat_date, cast(_observed_at as date)), _observed_at)) as reading
            from {rows} cross join lateral (values {readings}) as kind(counter, reading)
            where kind.reading is not null group by all"""

    query = f"""
        select platform, counter, count(*) as contents, median(now.reading / before.reading) as factor
        from ({last(view.new("content_stats"))}) as now
        inner join ({last(view.before("content_stats"))}) as before
            using (app_id, platform, account, external_content_id, counter)
        where before.reading >= {_ENOUGH_COUNTED}
        group by platform, counter having count(*) >= {_ENOUGH_CONTENTS}"""
    rows = view.frame(query)
    note = (
        "" if len(rows) else f"fewer than {_ENOUGH_CONTENTS} contents with an earlier reading: not compared"
    )
    says = "the middle content grew by less than a factor of 20: its unit is the one of before"
    return Frame(
        "counters against the reading before", rows, (between(says, "factor", 0.05, 20),), note,
        ("platform", "counter"),
    )  # fmt: skip


def _seconds_of_a_view(view: BatchView) -> Frame:
    query = f"""
        select platform, external_content_id, view_seconds / views as seconds_of_a_view
        from {view.new("content_stats")} where views > 0 and view_seconds is not null
        qualify row_number() over (partition by platform order by view_seconds / views desc) <= 5"""
    says = "a view lasts at most a day: its unit is seconds"
    return Frame(
        "watched seconds per view",
        view.frame(query),
        (between(says, "seconds_of_a_view", 0, SECONDS_OF_A_DAY),),
        labels=("platform", "external_content_id"),
    )
