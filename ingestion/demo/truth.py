"""truth/kpi.csv: what every KPI must say, from the simulator's own state and the words of docs/metrics.md.

Only complete periods are told, no ratio without a denominator, and no zero of a sparse measure.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ingestion.demo.company import APPS
from ingestion.demo.facts import AppFacts
from ingestion.demo.formulas import FORMULAS, Formula, Part
from ingestion.demo.periods import Period, periods_through
from ingestion.demo.user_formulas import USER_FORMULAS

COLUMNS = (
    "app_id", "kpi_code", "grain", "period_start", "dimension", "dimension_value", "value", "numerator", "denominator",
)  # fmt: skip
COMPANY, COMPANY_WEEK_START = "*", "monday"
EIGHT = Decimal("0.00000001")


@dataclass(frozen=True)
class TruthRow:
    """One KPI value; the key is everything before `value`."""

    app_id: str
    kpi_code: str
    grain: str
    period_start: date
    dimension: str
    dimension_value: str
    value: Decimal
    numerator: Decimal
    denominator: Decimal | None


@dataclass(frozen=True)
class _Scope:
    """An app, or the company as the sum of its apps."""

    app_id: str
    week_start: str
    facts: tuple[AppFacts, ...]

    @property
    def first_day(self) -> date:
        return min(facts.first_day for facts in self.facts)

    @property
    def complete_through(self) -> date:
        return min(facts.last_complete_day for facts in self.facts)


def tell_truth(facts: list[AppFacts]) -> list[TruthRow]:
    """Every row, by app, KPI, grain, period and dimension."""
    week_starts = {app.app_id: app.week_start for app in APPS}
    scopes = [_Scope(app.app_id, week_starts[app.app_id], (app,)) for app in facts]
    scopes.append(_Scope(COMPANY, COMPANY_WEEK_START, tuple(facts)))
    rows = [
        row for scope in scopes for formula in (*FORMULAS, *USER_FORMULAS) for row in _rows(scope, formula)
    ]
    return sorted(
        rows, key=lambda r: (r.app_id, r.kpi_code, r.grain, r.period_start, r.dimension, r.dimension_value)
    )


def _rows(scope: _Scope, formula: Formula) -> Iterator[TruthRow]:
    taking_part = [facts for facts in scope.facts if formula.concerns(facts)]
    if not taking_part:
        return
    for grain in formula.grains:
        for period in periods_through(scope.first_day, scope.complete_through, grain, scope.week_start):
            if period.last + timedelta(days=formula.days_after) > scope.complete_through:
                continue
            if (period.last - scope.first_day).days < formula.days_before:
                continue
            for dimension, value in formula.dimension_values(taking_part):
                parts = [formula.part(facts, period, value) for facts in taking_part]
                row = _row(scope, formula, period, dimension, value, parts)
                if row is not None:
                    yield row


def _row(
    scope: _Scope, formula: Formula, period: Period, dimension: str, value: str, parts: Iterable[Part]
) -> TruthRow | None:
    numerators, denominators = zip(*parts, strict=True)
    numerator = sum(numerators, Decimal(0))
    denominator = None
    result = numerator
    if formula.is_ratio:
        denominator = sum(denominators, Decimal(0))
        if denominator == 0 or (numerator == 0 and dimension != "all"):
            return None
        with localcontext() as context:
            context.prec = 60
            result = (numerator / denominator).quantize(EIGHT, ROUND_HALF_UP)
    elif numerator == 0 and (formula.is_sparse or dimension != "all"):
        return None
    return TruthRow(
        scope.app_id,
        formula.code,
        period.grain,
        period.start,
        dimension,
        value,
        result,
        numerator,
        denominator,
    )


def truth_csv(rows: list[TruthRow]) -> bytes:
    """UTF-8, one header line; decimals with 8 places, an empty denominator where there is none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        numbers = [_text(number) for number in (row.value, row.numerator, row.denominator)]
        writer.writerow(
            (
                row.app_id,
                row.kpi_code,
                row.grain,
                row.period_start,
                row.dimension,
                row.dimension_value,
                *numbers,
            )
        )
    return text.getvalue().encode()


def _text(number: Decimal | None) -> str:
    return "" if number is None else f"{number.quantize(EIGHT, ROUND_HALF_UP):f}"
