"""The Dagster UI in a real browser: the graph of stages, a table that explains itself, a check that failed.

`UPDATE_SCREENSHOTS=1` puts what the browser saw into docs/.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.browser import Browser
from tests.integration.dagster_services import Services, dagster_services
from tests.integration.pipeline import REPOSITORY, Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

#: What the UI shows where a page or an answer is broken.
BROKEN = ("something went wrong", "failed to load", "graphql error", "unexpected error", "loading error")
WIDTH, HEIGHT = 1600, 1100
REPORTS = "https://ops.example.com/reports"


@pytest.fixture(scope="module")
def company(demo_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo company, which other tests read."""
    copy = tmp_path_factory.mktemp("ui") / "demo"
    shutil.copytree(demo_run.data_dir, copy, symlinks=True)
    return copy


@pytest.fixture(scope="module")
def services(company: Path) -> Iterator[Services]:
    as_of = json.loads((company / "company" / "demo.json").read_text("utf-8"))["as_of"]
    with dagster_services(company, OPS_AS_OF=as_of, OPS_REPORTS_URL=REPORTS) as started:
        started.wait_for_graph()
        yield started


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return REPOSITORY / "docs" if os.environ.get("UPDATE_SCREENSHOTS") else tmp_path


def look(browser: Browser, services: Services, page: str, words: list[str], picture: Path) -> str:
    """What the page says; it says these words, and nothing is broken."""
    text = browser.visit(f"{services.url}{page}", words, width=WIDTH, height=HEIGHT)
    browser.settle()
    browser.screenshot(picture, height=HEIGHT)
    text = str(browser.run("document.body.innerText"))
    assert [word for word in BROKEN if word in text.lower()] == []
    assert [told for told in browser.complaints if not told.startswith("asks for")] == []
    assert picture.stat().st_size > 20_000, "an empty page"
    return text


def test_the_graph_shows_the_stages(services: Services, browser: Browser, pictures: Path) -> None:
    stages = ["ingestion", "staging", "intermediate", "marts_user", "marts_advertising", "kpi", "publication"]
    look(browser, services, "/asset-groups", stages, pictures / "dagster-graph.png")
    drawn = browser.run("document.querySelectorAll('svg path').length")
    assert drawn > len(stages), "the lines between the stages"


def test_a_table_explains_itself(services: Services, browser: Browser, pictures: Path) -> None:
    words = ["One row per app_id and session_id", "Row count", "← int_sessions.", "marts_user", "DuckDB"]
    look(browser, services, "/assets/marts/fct_sessions?view=overview", words, pictures / "dagster-table.png")


def test_a_failed_check_says_why_and_where_to_look(
    services: Services, company: Path, browser: Browser, pictures: Path
) -> None:
    steps = company / "inbox" / "ops_workbook" / "funnel_steps.csv"
    steps.write_text(steps.read_text("utf-8").replace(",1,", ",99,", 1), "utf-8")
    run_id = services.launch(["raw/ops_workbook/apps", "raw/ops_workbook/funnel_steps"])
    assert services.finished(run_id) == "FAILURE", "a blocking check"
    page = "/assets/raw/ops_workbook/apps?view=checks&checkDetail=meets_expectations"
    words = ["meets_expectations", "Failed", "is held", f"{REPORTS}/quality/ops_workbook.html#"]
    text = look(browser, services, page, words, pictures / "dagster-failed-check.png")
    assert "steps are numbered from 1 to 50" in text
    assert "make withdraw BATCH=" in text
