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


def frames(view: BatchView) -> list[Frame]:
    return [quarantine_share(view), *(_dates(view, entity) for entity in view.entities if entity in _DATES)]


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
