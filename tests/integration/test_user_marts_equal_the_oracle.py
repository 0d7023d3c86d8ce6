"""A random company through the whole pipeline, checks and publication included: the user marts equal the oracle.

The many companies are in test_random_companies_equal_the_oracle.py; this one has four apps, larger and with KPIs.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.integration.pipeline import Run, make
from tests.integration.scorecard_world import assert_scores_equal_the_oracle, world_of
from tests.oracle.companies import random_company
from tests.oracle.company import Company
from tests.oracle.company_files import write_company
from tests.oracle.comparison import compare

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("oracle")]


@pytest.fixture(scope="module")
def company() -> Company:
    return random_company(1)


@pytest.fixture(scope="module")
def run(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Run:
    data_dir: Path = tmp_path_factory.mktemp("random_company")
    environment = write_company(company, data_dir)
    environment.pop("OPS_DATA_DIR")
    finished = make("refresh", data_dir, **environment)
    assert finished.returncode == 0, finished.output[-6000:]
    return finished


def test_every_row_equals_the_oracle(company: Company, run: Run) -> None:
    with run.warehouse() as warehouse:  # what is published has pseudonyms instead of some ids
        differences = compare(warehouse, company)
    assert differences == [], "\n".join(differences[:40])


def test_no_kpi_of_events_is_complete_before_they_are(company: Company, run: Run) -> None:
    """`alpha` was launched two days before its events were complete; the first rolling weeks and months begin there."""
    app = next(row for row in company.apps if row["app_id"] == "alpha")
    since = date.fromisoformat(app["events_since"])
    assert date.fromisoformat(app["launch_date"]) < since
    with run.warehouse() as warehouse:
        firsts = warehouse.execute(
            """select kpi_code, min(period_start) filter (where is_complete), min(period_start) from kpi.fct_kpi
            where app_id = 'alpha' and dimension = 'all' and grain = 'day' and kpi_code in ('dau', 'wau', 'mau')
            group by kpi_code"""
        ).fetchall()
    rolling = {"dau": 0, "wau": 6, "mau": 29}
    assert {code: complete for code, complete, _ in firsts} == {
        code: since + timedelta(days=days) for code, days in rolling.items()
    }
    assert {first for _, _, first in firsts} == {date.fromisoformat(app["launch_date"])}


def test_a_year_ago_is_compared_as_the_oracle_does(run: Run) -> None:
    """One app is older than a year: dates, weeks and months of the year before, also by Spring Festival."""
    world = world_of(run)
    said = assert_scores_equal_the_oracle(run, world)
    assert said >= {"year_ago_value", "yoy_rate", "yoy_aligned_rate"}
    grains = {key[2] for key, kpi in world.kpis.items() if key[0] == "veteran" and kpi.is_complete}
    assert grains == {"day", "week", "month"}
