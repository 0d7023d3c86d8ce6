"""KPIs of a page: headline tiles with last week, band and month target, and the days behind each of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from orchestration.report.apps import Subject
from orchestration.report.figures import kind_of
from orchestration.report.published import Published, Row

#: Tiles, in this order, of those that the app has.
HEADLINES = (
    "dau", "new_users", "retention_d1", "net_revenue", "orders", "paying_rate", "content_views", "ad_spend",
    "arpu", "engagement_rate", "roas", "net_followers",
)  # fmt: skip
#: Shown as trends with their band.
TRENDS = ("dau", "net_revenue", "new_users", "retention_d1", "content_views", "ad_spend")
#: Days behind a tile and in a trend: six weeks show six of each weekday.
HISTORY_DAYS = 42
#: Cohort KPIs (retention) are complete later than the day's own; older values are no news.
STALE_DAYS = 10


@dataclass(frozen=True)
class Kpi:
    """What dim_kpi says of a KPI's newest definition; `kind` is how its values are written."""

    code: str
    name_zh: str
    name_en: str
    definition: str
    kind: str
    direction: str

    def name(self, language: str) -> str:
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True)
class Day:
    """One complete or running day of a KPI, as in fct_kpi_scorecard."""

    kpi_code: str
    day: date
    value: Decimal | None
    is_complete: bool
    last_week: Decimal | None
    wow_rate: Decimal | None
    previous: Decimal | None
    low: Decimal | None
    high: Decimal | None
    is_anomaly: bool

    @property
    def difference(self) -> Decimal | None:
        """To the same weekday a week before."""
        return None if self.value is None or self.last_week is None else self.value - self.last_week


@dataclass(frozen=True)
class Target:
    """The month of the page's day against its target; `pacing` 1 is on course."""

    month: date
    value: Decimal | None
    target: Decimal
    attainment: Decimal | None
    expected: Decimal | None
    pacing: Decimal | None
    status: str | None
    is_complete: bool


@dataclass(frozen=True)
class Tile:
    kpi: Kpi
    now: Day
    history: list[Day]
    target: Target | None


@dataclass(frozen=True)
class Book:
    """The KPI days of one app: code -> days in order, running days included."""

    days: dict[str, list[Day]]

    def recent(self, code: str, until: date) -> list[Day]:
        """Six weeks up to `until` and the running days after it."""
        first = until - timedelta(days=HISTORY_DAYS)
        return [day for day in self.days.get(code, []) if day.day >= first]

    def newest(self, code: str, until: date) -> Day | None:
        """The newest complete day that has a value and is no older than STALE_DAYS."""
        for found in reversed(self.days.get(code, [])):
            if found.is_complete and found.value is not None and found.day <= until:
                return found if found.day > until - timedelta(days=STALE_DAYS) else None
        return None


def read_kpi_words(published: Published) -> dict[str, Kpi]:
    rows = published.rows(
        """select kpi_code, name_zh, name_en, definition, unit, direction from kpi.dim_kpi
        qualify row_number() over (partition by kpi_code order by caliber_version desc) = 1"""
    )
    return {
        row["kpi_code"]: Kpi(
            row["kpi_code"],
            row["name_zh"] or row["kpi_code"],
            row["name_en"] or row["kpi_code"],
            row["definition"] or "",
            kind_of(row["kpi_code"], row["unit"]),
            row["direction"] or "neutral",
        )
        for row in rows
    }


def read_books(published: Published, subjects: Iterable[Subject]) -> dict[str, Book]:
    """Six weeks of every daily KPI of each app."""
    first = min(subject.day for subject in subjects) - timedelta(days=HISTORY_DAYS + STALE_DAYS)
    rows = published.by_app(
        """select app_id, kpi_code, period_start, value, is_complete, last_week_value, wow_rate, previous_value,
            expected_low, expected_high, coalesce(is_anomaly, false) as is_anomaly
        from kpi.fct_kpi_scorecard
        where grain = 'day' and dimension = 'all' and period_start >= ?
        order by app_id, kpi_code, period_start""",
        [first],
    )
    books: dict[str, Book] = {}
    for app_id, found in rows.items():
        book = books.setdefault(app_id, Book({}))
        for row in found:
            book.days.setdefault(row["kpi_code"], []).append(day_of(row))
    return books


def day_of(row: Row) -> Day:
    """A row of the scorecard."""
    return Day(
        row["kpi_code"], row["period_start"], row["value"], row["is_complete"], row["last_week_value"],
        row["wow_rate"], row["previous_value"], row["expected_low"], row["expected_high"], row["is_anomaly"],
    )  # fmt: skip


def read_targets(published: Published) -> dict[tuple[str, str, date], Target]:
    """(app_id, kpi_code, month) -> its target."""
    rows = published.rows(
        """select app_id, kpi_code, period_start, value, target_value, attainment, expected_to_date, pacing,
            status, is_complete
        from kpi.fct_kpi_scorecard
        where grain = 'month' and dimension = 'all' and target_value is not null"""
    )
    return {
        (row["app_id"], row["kpi_code"], row["period_start"]): Target(
            row["period_start"], row["value"], row["target_value"], row["attainment"],
            row["expected_to_date"], row["pacing"], row["status"], row["is_complete"],
        )
        for row in rows
    }  # fmt: skip


def tiles(
    subject: Subject, book: Book, words: dict[str, Kpi], targets: dict[tuple[str, str, date], Target]
) -> list[Tile]:
    """The headline tiles that the app has, each with the month's target of its own KPI."""
    month = subject.day.replace(day=1)
    found = []
    for code in HEADLINES:
        now = book.newest(code, subject.day)
        if now is None or code not in words:
            continue
        target = targets.get((subject.app_id, code, month))
        first = now.day - timedelta(days=HISTORY_DAYS - 1)
        history = [day for day in book.days[code] if first <= day.day <= now.day]
        found.append(Tile(words[code], now, history, target))
    return found
