"""The KPI scoreboard: headline KPIs of the last complete day, per app and for the company, beside a week ago."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from unicodedata import east_asian_width

import duckdb

#: Shown in this order, those that exist.
HEADLINES = (
    "dau", "new_users", "retention_d1", "orders", "net_revenue", "paying_rate", "arpu", "content_views",
    "ad_spend", "net_followers",
)  # fmt: skip
_HEADINGS = ("app", "day", "KPI", "value", "a week before", "change")
#: The first columns are words, the others numbers.
_WORDS = 3


@dataclass(frozen=True)
class Headline:
    """One line. Values are null where the KPI has none on that day; `unit` is dim_kpi's."""

    app_id: str
    period_start: str
    kpi_code: str
    name: str
    unit: str
    value: Decimal | None
    week_ago: Decimal | None


def headlines(published: Path) -> list[Headline]:
    """Read published/ops.duckdb: each app's and the company's newest complete day with a dau."""
    codes = ", ".join(f"'{code}'" for code in HEADLINES)
    with duckdb.connect(str(published), read_only=True) as connection:
        rows = connection.execute(
            f"""with days as (
                select kpi.* from kpi.fct_kpi_current kpi
                where grain = 'day' and dimension = 'all' and kpi_code in ({codes})
            ),
            -- Cohort KPIs (retention) are complete later than the day's own: each shows its newest complete day.
            newest as (
                select app_id, kpi_code, max(period_start) as period_start
                from days where is_complete group by all
            )
            select days.app_id, cast(days.period_start as varchar), days.kpi_code, words.name, words.unit,
                days.value, week_ago.value
            from days
            semi join newest using (app_id, kpi_code, period_start)
            left join (
                select kpi_code, any_value(unit) as unit,
                    any_value(name_en || ' ' || replace(name_zh, '（' || name_en || '）', '')) as name
                from kpi.dim_kpi group by all
            ) words using (kpi_code)
            left join days week_ago
                on week_ago.app_id = days.app_id and week_ago.kpi_code = days.kpi_code
                and week_ago.period_start = days.period_start - 7
            order by days.app_id = '*', days.app_id, list_position([{codes}], days.kpi_code)"""
        ).fetchall()
    return [Headline(*row) for row in rows]


def scoreboard(rows: Iterable[Headline], currency: str) -> str:
    """The lines as a table for a terminal under one line that says how to read it."""
    cells = [_HEADINGS]
    app = ""
    for row in rows:
        shown = "company" if row.app_id == "*" else row.app_id
        cells.append(
            (
                shown if shown != app else "",
                row.period_start,
                row.name or row.kpi_code,
                format_value(row.value, row.unit),
                format_value(row.week_ago, row.unit),
                _change(row.value, row.week_ago, row.unit),
            )
        )
        app = shown
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    title = f"The newest complete day of each KPI, beside the same weekday before; money in {currency}"
    return "\n".join([f"  {title}", *(_line(line, widths) for line in cells)])


def format_value(value: Decimal | None, unit: str | None) -> str:
    """Ratios in percent, money and scores with two decimals, counts whole."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{value * 100:,.2f} %"
    return f"{value:,.0f}" if unit == "count" else f"{value:,.2f}"


def _change(value: Decimal | None, before: Decimal | None, unit: str | None) -> str:
    """In percent; of a ratio in percentage points, where percent could mean either."""
    if value is None or before is None:
        return "-"
    if unit == "ratio":
        return f"{(value - before) * 100:+.2f} pp"
    if not before:
        return "-"
    return f"{(value - before) / abs(before) * 100:+.1f} %"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    spaces = [" " * (width - _columns(cell)) for cell, width in zip(cells, widths, strict=True)]
    words = [cell + space for cell, space in zip(cells[:_WORDS], spaces, strict=False)]
    numbers = [space + cell for cell, space in zip(cells[_WORDS:], spaces[_WORDS:], strict=True)]
    return "  " + "   ".join(words + numbers).rstrip()


def _columns(text: str) -> int:
    """Terminal columns: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
