"""Times that a database keeps as a wall clock shows them: which moment they are depends on where the clock hangs."""

from datetime import timedelta

from ingestion.casting import literal

#: No wall clock is further behind or ahead of UTC.
FURTHEST = timedelta(hours=14)
_WITHOUT_OFFSET = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"


def with_offset(column: str, zone: str) -> str:
    """SQL: text of a time without offset becomes UTC with Z; any other text stays as it is."""
    text = f"trim({column})"
    wall = f"try_cast(replace(upper({text}), ',', '.') as timestamp)"
    utc = f"strftime(timezone('UTC', timezone({literal(zone)}, {wall})), '%Y-%m-%d %H:%M:%S.%f') || 'Z'"
    is_wall = f"regexp_full_match({text}, {literal(_WITHOUT_OFFSET)})"
    return f"case when {is_wall} then coalesce({utc}, {column}) else {column} end"
