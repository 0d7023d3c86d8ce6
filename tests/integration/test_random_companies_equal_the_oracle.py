"""400 random companies, 100 a pipeline run: every row of every user mart equals the plain-Python oracle.

Each is an app with zone, week, currency, users and troubles of its own (tests/oracle/random_apps.py). The apps of
tests/oracle/regressions/ differed once and run with them. The data tests of the marts hold on all of them.
"""

import json
from pathlib import Path

import pytest

from tests.oracle.comparison import compare_apps
from tests.oracle.random_apps import BATCHES, Batch, case_of, merged, random_app
from tests.oracle.shrinking import renamed, told
from tests.oracle.user_marts import REPOSITORY, TABLES, Workshop

APPS = 100
REGRESSIONS = REPOSITORY / "tests" / "oracle" / "regressions"

pytestmark = [pytest.mark.pipeline]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("random_companies"))


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(batch, marks=pytest.mark.xdist_group(f"random_companies_{number % 2}"), id=name)
        for number, (name, batch) in enumerate(BATCHES.items())
    ],
)
def test_every_row_of_every_company_equals_the_oracle(
    batch: Batch, workshop: Workshop, tmp_path: Path
) -> None:
    cases = {f"app {number:03}": random_app(batch, number) for number in range(APPS)}
    for path in sorted(REGRESSIONS.glob("*.json")):
        kept = json.loads(path.read_text("utf-8"))
        if kept["batch"] == batch.name:
            cases[path.stem] = case_of(batch, renamed(kept["rows"], path.stem))
    company = merged(batch, list(cases.values()))
    with workshop.built(company) as connection:
        different = compare_apps(connection, company, TABLES)
    if different:
        name, lines = min(different.items(), key=lambda item: len(cases[item[0]].events))
        report = "\n".join(lines[:20])
        case = told(batch, cases[name], lines, tmp_path)
        pytest.fail(f"{len(different)} apps differ: {', '.join(different)}\n{name}:\n{report}\n{case}")
