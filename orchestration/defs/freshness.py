"""How old an asset may be before the UI calls it late: from the cadence of its source, the same that the marts use."""

import csv
from datetime import timedelta
from functools import cache

import dagster as dg

from orchestration.code_version import DBT_PROJECT_DIR

#: A share of the time within which the UI warns before it fails.
_WARNS_AT = 0.9
#: The publication follows the daily refresh; two hours for a day that takes longer than the day before.
PUBLICATION_HOURS = 26


def freshness_of(source: str) -> dg.FreshnessPolicy | None:
    """None for what people bring when they like. The seed `source_cadence` has the hours."""
    hours = _cadence()[source]
    return within(int(hours)) if hours else None


@cache
def _cadence() -> dict[str, str]:
    with open(DBT_PROJECT_DIR / "seeds" / "source_cadence.csv", encoding="utf-8", newline="") as file:
        return {row["source"]: row["expected_every_hours"] for row in csv.DictReader(file)}


def within(hours: int) -> dg.FreshnessPolicy:
    return dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=hours), warn_window=timedelta(hours=hours * _WARNS_AT)
    )
