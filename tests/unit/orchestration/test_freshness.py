"""Raw tables are late in the UI after the hours that the marts count with; what people bring is never late."""

import csv
from datetime import timedelta

import dagster as dg
import pytest

from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.defs.freshness import freshness_of
from orchestration.pulling import INBOX_SOURCES, SOURCES


def test_every_source_has_a_line_in_the_cadence() -> None:
    with open(DBT_PROJECT_DIR / "seeds" / "source_cadence.csv", encoding="utf-8") as file:
        assert {row["source"] for row in csv.DictReader(file)} == set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_what_comes_by_itself_is_late_after_a_day_and_two_hours(source: str) -> None:
    policy = freshness_of(source)
    if source in INBOX_SOURCES and source != "app_events":
        assert policy is None
    else:
        assert policy == dg.FreshnessPolicy.time_window(timedelta(hours=26), timedelta(hours=23.4))
