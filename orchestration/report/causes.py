"""What moved and why: anomalies and the largest changes of a week, each with its main contributors."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from orchestration.report.apps import Subject
from orchestration.report.kpis import HEADLINES, Book, Day, Kpi
from orchestration.report.published import Published

#: Told at the top of a page.
TOLD = 4
#: Anomalies of that many days are listed.
ANOMALY_DAYS = 7
#: A change of a headline that is worth a word.
_WORTH_A_WORD = Decimal("0.05")
#: KPIs that say the same of a day: one of each is told.
_FAMILIES = (
    ("dau", "active_users", "uv", "viewers"),
    ("net_revenue", "gross_revenue", "gmv", "orders", "arpu", "arppu", "avg_order_value", "paying_users",
     "paying_rate"),
    ("ad_spend", "impressions", "clicks"),
    ("roas", "cpa", "ad_conversions", "cvr"),
    ("new_users", "registered_users", "cac"),
    ("content_views", "pv", "views_per_viewer"),
    ("net_followers", "new_followers", "lost_followers"),
)  # fmt: skip
#: Of equally telling drivers the first.
DRIVERS = ("app", "channel", "platform", "new_existing", "content_type", "user_tier", "region", "country")
OVERLAP = "(overlap)"


@dataclass(frozen=True)
class Part:
    """What one value of a driver adds to the change; `share` of the whole change."""

    driver_value: str
    change: Decimal
    share: Decimal | None


@dataclass(frozen=True)
class Cause:
    """A change against `comparison` (last_week or previous), taken apart by the driver that tells most."""

    comparison: str
    driver: str
    parts: list[Part]

    @property
    def main(self) -> Part:
        return self.parts[0]


@dataclass(frozen=True)
class Move:
    """One KPI that moved, with its last days. `cause` is None where nothing takes it apart."""

    kpi: Kpi
    now: Day
    history: list[Day] = field(default_factory=list)
    cause: Cause | None = field(default=None)

    @property
    def is_high(self) -> bool:
        return self.now.high is not None and self.now.value is not None and self.now.value > self.now.high

    @property
    def usual_low(self) -> Decimal | None:
        """Lower edge of the band as people read it: a count of −3 is not usual, whatever statistics say."""
        if self.now.low is None or self.now.value is None or self.now.value < 0:
            return self.now.low
        return max(self.now.low, Decimal(0))

    @property
    def tone(self) -> str:
        """good, bad or flat: by the direction of the KPI and where it went."""
        went = _went(self.now, self.is_high)
        if self.kpi.direction not in ("up", "down") or not went:
            return "flat"
        return "good" if (went > 0) == (self.kpi.direction == "up") else "bad"


def _went(now: Day, is_high: bool) -> Decimal | int:
    if now.is_anomaly:
        return 1 if is_high else -1
    return now.difference or 0


def moves(subject: Subject, book: Book, words: dict[str, Kpi]) -> list[Move]:
    """What to tell first: anomalies by how far they left their band, then the largest changes of headlines.

    Of KPIs that say the same of a day the leading one is told, if it moved as well.
    """
    families: dict[str, list[tuple[int, Decimal, Move]]] = {}
    for code, kpi in words.items():
        now = book.newest(code, subject.day)
        if now is None or (score := _score(code, now)) is None:
            continue
        family = next((names for names in _FAMILIES if code in names), (code,))
        place = family.index(code) if now.is_anomaly else len(family) + family.index(code)
        families.setdefault(family[0], []).append(
            (place, score, Move(kpi, now, book.recent(code, subject.day)))
        )
    told = [
        (max(score for _, score, _ in found), min(found, key=lambda entry: entry[0])[2])
        for found in families.values()
    ]
    told.sort(key=lambda entry: (-entry[0], entry[1].kpi.code))
    return [move for _, move in told[:TOLD]]


def _score(code: str, now: Day) -> Decimal | None:
    """Anomalies of headlines first, then of others, then changes of headlines; None: not worth a word."""
    if now.is_anomaly and now.low is not None and now.high is not None and now.value is not None:
        outside = max(now.low - now.value, now.value - now.high)
        width = max(now.high - now.low, Decimal("0.000001"))
        return (20 if code in HEADLINES else 10) + min(outside / width, Decimal(9))
    if code not in HEADLINES or now.wow_rate is None or abs(now.wow_rate) < _WORTH_A_WORD:
        return None
    return min(abs(now.wow_rate), Decimal(9))


def anomalies(subject: Subject, book: Book, words: dict[str, Kpi]) -> list[Move]:
    """Every anomaly of the last week up to the page's day, newest first."""
    first = subject.day - timedelta(days=ANOMALY_DAYS - 1)
    found = [
        Move(words[code], day)
        for code, days in book.days.items()
        if code in words
        for day in days
        if day.is_anomaly and first <= day.day <= subject.day
    ]
    return sorted(found, key=lambda move: (-move.now.day.toordinal(), _rank(move.kpi.code), move.kpi.code))


def _rank(code: str) -> int:
    return HEADLINES.index(code) if code in HEADLINES else len(HEADLINES)


def explain(published: Published, told: dict[str, list[Move]]) -> dict[str, list[Move]]:
    """The same moves with their causes: one read of fct_kpi_contribution for all pages."""
    wanted = {
        (app_id, move.kpi.code, move.now.day.isoformat()) for app_id, moves in told.items() for move in moves
    }
    if not wanted:
        return told
    apps, codes, days = (list(column) for column in zip(*sorted(wanted), strict=True))
    rows = published.rows(
        """with wanted as (
            select unnest(?) as app_id, unnest(?) as kpi_code, cast(unnest(?) as date) as period_start
        )
        select app_id, kpi_code, period_start, comparison, driver_dimension, driver_value, change_total,
            share_of_change
        from kpi.fct_kpi_contribution
        semi join wanted using (app_id, kpi_code, period_start)
        where grain = 'day' and comparison in ('last_week', 'previous')
        order by abs(change_total) desc, driver_value""",
        [apps, codes, days],
    )
    parts: dict[tuple[str, str, str], dict[tuple[str, str], list[Part]]] = {}
    for row in rows:
        key = row["app_id"], row["kpi_code"], row["period_start"].isoformat()
        driver = row["comparison"], row["driver_dimension"]
        part = Part(row["driver_value"], row["change_total"], row["share_of_change"])
        parts.setdefault(key, {}).setdefault(driver, []).append(part)
    return {
        app_id: [
            replace(
                move, cause=_cause(move, parts.get((app_id, move.kpi.code, move.now.day.isoformat()), {}))
            )
            for move in moves
        ]
        for app_id, moves in told.items()
    }


def _cause(move: Move, drivers: dict[tuple[str, str], list[Part]]) -> Cause | None:
    """The driver in which one value explains most, against last week where that can be said, else the day before.

    A comparison in which the KPI went the other way, or nowhere, explains no anomaly.
    """
    for comparison, then in (("last_week", move.now.last_week), ("previous", move.now.previous)):
        change = (move.now.value or 0) - then if then is not None else Decimal(0)
        if not change or (move.now.is_anomaly and (change > 0) != move.is_high):
            continue
        telling = []
        for (compared, driver), found in drivers.items():
            parts = _leading(found, change)
            if compared == comparison and parts:
                telling.append((_concentration(parts), -_order(driver), Cause(comparison, driver, parts)))
        if telling:
            return max(telling, key=lambda entry: entry[:2])[2]
    return None


def _leading(parts: list[Part], change: Decimal) -> list[Part]:
    """The parts that moved, first the largest that went the way of the whole; [] where they tell nothing."""
    moved = [part for part in parts if part.change]
    with_it = [part for part in moved if (part.change > 0) == (change > 0) and part.driver_value != OVERLAP]
    if len(parts) < 2 or not with_it:
        return []
    return [with_it[0], *(part for part in moved if part is not with_it[0])]


def _concentration(parts: list[Part]) -> Decimal:
    """Share of the leading value in all movement, less what an even split over so many values would give it."""
    sizes = [abs(part.change) for part in parts]
    return sizes[0] / sum(sizes) - Decimal(1) / (len(sizes) + 1)


def _order(driver: str) -> int:
    return DRIVERS.index(driver) if driver in DRIVERS else len(DRIVERS)
