"""Rows of the charts of a page, in the words and figures of one language."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from orchestration.report.causes import OVERLAP, Cause, Move, Part
from orchestration.report.figures import Figures
from orchestration.report.growth import Channels
from orchestration.report.kpis import Day, Kpi, Tile
from orchestration.report.published import Row
from orchestration.report.users import DAY_NUMBERS, Funnel, Retention
from orchestration.report.words import Words

#: Values of a driver that get a bar; the others are one bar together.
PARTS = 5
#: Pixels of the bars with their texts on a phone, and about what a letter takes of them.
_PLOT, _LETTER, _WIDE_LETTER, _GAP = 205, 7.6, 12.5, 10


@dataclass
class Datasets:
    """`sets`: name -> {"rows": [...], "params": {...}} for page.js. `app_names`: app ids as people know them."""

    words: Words
    figures: Figures
    app_names: dict[str, str]
    sets: dict[str, Row] = field(default_factory=dict)

    def _keep(self, rows: list[Row], **params: object) -> str:
        name = f"{self.words.language}-{len(self.sets) + 1}"
        self.sets[name] = {"rows": rows, "params": params}
        return name

    def driver_value(self, driver: str, value: str) -> str:
        """An app, channel, region, ... by its name."""
        return self.app_names.get(value, value) if driver == "app" else self.words.driver_value(driver, value)

    def trend(self, kpi: Kpi, days: Sequence[Day]) -> str:
        floor, ceiling = _limits(kpi, days)
        has_band = any(
            day.low is not None for day in days
        )  # without any, it is the line itself: nothing is seen
        rows = [
            {
                "at": _milliseconds(day.day),
                "value": _number(day.value),
                "low": _number(_cut(day.low, floor, ceiling) if has_band else day.value),
                "high": _number(_cut(day.high, floor, ceiling) if has_band else day.value),
                "incomplete": not day.is_complete,
                "anomaly": day.is_anomaly,
                "tip": self._day_tip(kpi, day),
            }
            for day in days
        ]
        return self._keep(rows, unit=kpi.kind, symbol=self.figures.symbol, lang=self.words.language)

    def _day_tip(self, kpi: Kpi, day: Day) -> str:
        lines = [f"{self.figures.day(day.day)}  {self.figures.value(day.value, kpi.kind)}"]
        if not day.is_complete:
            lines.append(self.words("incomplete"))
        elif day.low is not None and day.high is not None:
            band = f"{self.figures.value(day.low, kpi.kind)} – {self.figures.value(day.high, kpi.kind)}"
            lines.append(f"{self.words('usual')} {band}")
        return "\n".join(lines)

    def contributions(self, move: Move, cause: Cause) -> str:
        """The largest parts of a change, the rest as one."""
        shown, rest = cause.parts[:PARTS], cause.parts[PARTS:]
        if rest:
            shown = [*shown, Part("(rest)", sum((part.change for part in rest), Decimal(0)), None)]
        rows: list[Row] = []
        for order, part in enumerate(shown):
            text = self.figures.difference(part.change, move.kpi.kind).replace(" 个百分点", " pp")
            share = self.words.share(part.share)
            rows.append(
                {
                    "label": self.driver_value(cause.driver, part.driver_value),
                    "order": order,
                    "value": float(part.change),
                    "text": text,
                    "tone": _tone(part, move.kpi.direction),
                    "tip": f"{text}{share and ' · ' + share}",
                }
            )
        return self._keep(rows, **_span(rows))

    def roi(self, channels: Channels) -> str:
        rows: list[Row] = []
        for channel in channels.rows:
            if channel.roi_d7 is None:
                continue
            text = self.figures.percent(channel.roi_d7)
            rows.append(
                {
                    "label": self.words.driver_value("channel", channel.name),
                    "order": -float(channel.roi_d7),
                    "value": float(channel.roi_d7),
                    "text": text,
                    "tone": "good" if channel.roi_d7 >= 0 else "bad",
                    "tip": f"{self.words('cost')} {self.figures.value(channel.cost, 'currency')} · "
                    f"{self.words('revenue_d7')} {self.figures.value(channel.revenue_d7, 'currency')}",
                }
            )
        return self._keep(rows, **_span(rows)) if rows else ""

    def funnel(self, funnel: Funnel) -> str:
        rows = []
        for order, step in enumerate(funnel.steps):
            users = self.figures.value(step.users, "count")
            percent = self.figures.percent(step.rate_from_start, 1)
            previous = self.figures.percent(step.rate_from_previous, 1)
            rows.append(
                {
                    "label": step.name,
                    "order": order,
                    "value": step.users,
                    "text": users if not order else f"{users} · {percent}",
                    "tip": f"{step.name}: {users}"
                    + (f"\n{self.words('from_previous')} {previous}" if order else ""),
                }
            )
        return self._keep(rows, high=funnel.steps[0].users * 1.55)

    def retention(self, retention: Retention) -> str:
        rows = [
            {
                "label": f"{self.figures.day(cell.cohort)} · {self.figures.value(cell.cohort_users, 'count')}",
                "order": -cell.cohort.toordinal(),
                "column": self.words.day_number(cell.day_number),
                "column_order": DAY_NUMBERS.index(cell.day_number),
                "rate": cell.rate,
                "text": self.figures.percent(cell.rate),
                "tip": f"{self.figures.day(cell.cohort)} {self.words.day_number(cell.day_number)}: "
                f"{cell.retained_users} / {cell.cohort_users} = {self.figures.percent(cell.rate, 1)}",
            }
            for cell in retention.cells
        ]
        return self._keep(rows) if rows else ""


def sparkline(tile: Tile) -> Row:
    """SVG paths of a tile in a box of 100 x 30: `line`, `band`, and where the last day is (percent from the top)."""
    days = [day for day in tile.history if day.value is not None]
    edges = [value for day in days for value in (day.value, day.low, day.high) if value is not None]
    floor, ceiling = _limits(tile.kpi, days)
    edges = [value for value in (_cut(edge, floor, ceiling) for edge in edges) if value is not None]
    if len(days) < 2:
        return {"line": "", "band": "", "end": 50}
    low, high = min(edges), max(edges)
    first, length = days[0].day.toordinal(), (days[-1].day - days[0].day).days

    def place(day: Day, value: Decimal | None) -> str:
        across = (day.day.toordinal() - first) / length * 100
        return f"{across:.1f},{_height(value, low, high):.1f}"

    banded = [day for day in days if day.low is not None and day.high is not None]
    upper = [place(day, _cut(day.high, floor, ceiling)) for day in banded]
    lower = [place(day, _cut(day.low, floor, ceiling)) for day in reversed(banded)]
    return {
        "line": "M" + "L".join(place(day, day.value) for day in days),
        "band": "M" + "L".join(upper + lower) + "Z" if len(banded) > 1 else "",
        "end": round(_height(days[-1].value, low, high) / 30 * 100),
    }


def _height(value: Decimal | None, low: Decimal, high: Decimal) -> float:
    return 28 - float(((value or Decimal(0)) - low) / ((high - low) or 1)) * 26


def _tone(part: Part, direction: str) -> str:
    if part.driver_value in (OVERLAP, "(rest)"):
        return "rest"
    if direction not in ("up", "down") or not part.change:
        return "flat"
    return "good" if (part.change > 0) == (direction == "up") else "bad"


def _span(rows: Sequence[Row]) -> dict[str, float]:
    """Ends of the axis of diverging bars: zero is in it, and beside each bar its text has room, on a phone as well."""
    bars = [(row["value"], _width(row["text"]) / _PLOT) for row in rows]
    longest = max(abs(value) for value, _ in bars) or 1.0
    low, high = 0.0, longest
    for _ in range(
        20
    ):  # the more room for texts, the shorter the bars: it settles, or ends at a quarter of the width
        width = min(high - low, 4 * longest)
        low = min(0.0, *(value - text * width for value, text in bars if value < 0), 0.0)
        high = max(0.0, *(value + text * width for value, text in bars if value >= 0), 0.0)
    return {"low": low, "high": high}


def _width(text: str) -> float:
    return _GAP + sum(_WIDE_LETTER if ord(letter) > 0x2E80 else _LETTER for letter in text)


def _limits(kpi: Kpi, days: Sequence[Day]) -> tuple[Decimal | None, Decimal | None]:
    """Where a band is cut: at 0 where the KPI never is below, at 1 where a ratio never is above."""
    values = [day.value for day in days if day.value is not None]
    floor = Decimal(0) if values and min(values) >= 0 else None
    ceiling = Decimal(1) if values and kpi.kind == "ratio" and max(values) <= 1 else None
    return floor, ceiling


def _cut(value: Decimal | None, floor: Decimal | None, ceiling: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    raised = value if floor is None else max(value, floor)
    return raised if ceiling is None else min(raised, ceiling)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
