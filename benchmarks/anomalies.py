"""How often the scorecard's bands are wrong: clean days that they flag, breaks that they miss.

Simulates KPIs by day (weekday seasonality, trends, noise of counts, money and ratios), compiles int_kpi_expectations
with dbt and runs its SQL in a bare DuckDB over them. Prints both shares by kind; exits 1 unless at most 2 % of the
KPI-days of 60 clean days are flagged and at least 90 % of 40 breaks caught. `python -m benchmarks.anomalies [seed]`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
HISTORY_DAYS, JUDGED_DAYS = 70, 60
FIRST_DAY = date(2026, 1, 5)
#: What breaks are: nothing arrives, half is lost, 40 % is lost, counted 1.6 times, counted twice.
BREAKS = (0.0, 0.5, 0.6, 1.6, 2.0)
WEEK = np.array([1.0, 0.97, 0.96, 1.0, 1.12, 1.35, 1.28])
Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]


def _count(level: float, overdispersion: float) -> Draw:
    """Poisson around a level that itself scatters by `overdispersion`."""
    return lambda random, shape: random.poisson(
        level * shape * random.lognormal(0, overdispersion, len(shape))
    ).astype(float)


def _money(level: float, noise: float) -> Draw:
    return lambda random, shape: np.round(level * shape * random.lognormal(0, noise, len(shape)), 2)


def _ratio(level: float, trials: int) -> Draw:
    """Shares of `trials` that barely follow the week."""
    return lambda random, shape: (
        random.binomial(trials, np.clip(level * (1 + (shape - 1) / 5), 0, 1)) / trials
    )


#: kind -> (daily growth, whether it is a count, what draws it).
KINDS: Mapping[str, tuple[float, bool, Draw]] = {
    "count of 150": (0.0, True, _count(150, 0.02)),
    "count of 2000": (0.0, True, _count(2000, 0.04)),
    "count of 20000, growing 1 % a day": (0.01, True, _count(20000, 0.05)),
    "count of 3000, shrinking 1 % a day": (-0.01, True, _count(3000, 0.05)),
    "money": (0.0, False, _money(50000, 0.08)),
    "money, growing 0.5 % a day": (0.005, False, _money(8000, 0.10)),
    "ratio of 5 % of 4000": (0.0, False, _ratio(0.05, 4000)),
    "ratio of 40 % of 800": (0.0, False, _ratio(0.4, 800)),
}


def main() -> int:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 20261122
    random = np.random.default_rng(seed)
    series = {kind: _draw(random, growth, draw) for kind, (growth, _, draw) in KINDS.items()}
    judged = {kind: (values, HISTORY_DAYS) for kind, values in series.items()}
    broken = {}
    for kind, values in series.items():
        for factor in BREAKS:
            day = int(random.integers(HISTORY_DAYS, HISTORY_DAYS + JUDGED_DAYS))
            changed = values.copy()
            changed[day] *= factor
            broken[f"{kind} x {factor}"] = (changed, day)
    bands = _bands({name: values for name, (values, _) in {**judged, **broken}.items()})
    print(f"seed {seed}: {JUDGED_DAYS} clean days, {len(broken)} breaks")
    flagged = caught = 0
    for kind in series:
        wrong = sum(
            _is_outside(bands, kind, series[kind], day)
            for day in range(HISTORY_DAYS, HISTORY_DAYS + JUDGED_DAYS)
        )
        seen = [
            _is_outside(bands, name, *broken[name]) for name in (f"{kind} x {factor}" for factor in BREAKS)
        ]
        flagged, caught = flagged + wrong, caught + sum(seen)
        print(f"  {kind:36} {wrong:3} clean days flagged, {sum(seen)} of {len(seen)} breaks caught")
    false_share, caught_share = flagged / (len(series) * JUDGED_DAYS), caught / len(broken)
    print(f"flagged clean KPI-days: {false_share:.1%} (at most 2 %)")
    print(f"caught breaks: {caught_share:.1%} (at least 90 %)")
    return int(false_share > 0.02 or caught_share < 0.9)


def _draw(random: np.random.Generator, growth: float, draw: Draw) -> np.ndarray:
    days = np.arange(HISTORY_DAYS + JUDGED_DAYS)
    return draw(random, WEEK[days % 7] * (1 + growth) ** days)


def _is_outside(
    bands: dict[tuple[str, date], tuple[float, float]], name: str, values: np.ndarray, day: int
) -> bool:
    low, high = bands[name, FIRST_DAY + timedelta(days=day)]
    return not low <= values[day] <= high


def _bands(series: Mapping[str, np.ndarray]) -> dict[tuple[str, date], tuple[float, float]]:
    """What the model says, by series and day; every judged day must have a band."""
    connection = duckdb.connect()
    connection.execute("create schema intermediate")
    connection.execute(
        "create table intermediate.int_kpi_scored (app_id varchar, kpi_code varchar, unit varchar, period_start date, "
        "value decimal(28, 8), grain varchar default 'day', dimension varchar default 'all', "
        "dimension_value varchar default 'all', is_complete boolean default true, is_followed boolean default true, "
        "is_ratio boolean default false)"
    )
    rows = [
        (
            name,
            name,
            "count" if KINDS[name.split(" x ")[0]][1] else "currency",
            FIRST_DAY + timedelta(days=day),
            float(value),
        )
        for name, values in series.items()
        for day, value in enumerate(values)
    ]
    connection.executemany(
        "insert into intermediate.int_kpi_scored (app_id, kpi_code, unit, period_start, value) "
        "values (?, ?, ?, ?, ?)",
        rows,
    )
    found = connection.execute(_model_sql().replace('"warehouse".', "")).fetchall()
    return {(row[0], row[4]): (float(row[5]), float(row[6])) for row in found}


def _model_sql() -> str:
    """The model's SQL as dbt compiles it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        project = REPOSITORY / "dbt_project"
        subprocess.run(
            [Path(sys.executable).parent / "dbt", "--quiet", "compile", "--select", "int_kpi_expectations",
             "--project-dir", project, "--profiles-dir", project, "--target-path", folder],
            env={**os.environ, "OPS_DATA_DIR": folder, "DBT_LOG_PATH": folder,
                 "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
            stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        (compiled,) = Path(folder).glob("compiled/*/models/kpi/int_kpi_expectations.sql")
        return compiled.read_text("utf-8")


if __name__ == "__main__":
    sys.exit(main())
