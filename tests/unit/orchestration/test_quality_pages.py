"""The pages of what Great Expectations found: linked from the check, complete in themselves, nobody's ids in them."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.ingestion import source_assets
from orchestration.defs.quality import EXPECTED
from orchestration.defs.resources import Workspace
from orchestration.expectations.suite import Judgement, Outcome
from orchestration.masking import masked_row
from orchestration.quality_pages.results import KEPT, history, keep
from orchestration.quality_pages.write import page_of
from tests.integration.browser import OVERFLOWS, Browser
from tests.unit.orchestration.batches import settings

STEPS = "funnel_code,step_number,event_name,step_name\nbuy,{number},pay,付款\n"
GROUPS = "activity_id,app_id,user_id,group\nspring,shop,13800138000,target\nspring,shop,13800138000,control\n"


@dataclass
class Judged:
    """A data folder of which two workbooks were judged, a sound one and a senseless one."""

    folder: Path
    checks: list[dg.AssetCheckEvaluation]

    @property
    def page(self) -> Path:
        return self.folder / "reports" / "quality" / "ops_workbook.html"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("judged")
    inbox = folder / "inbox" / "ops_workbook"
    inbox.mkdir(parents=True)
    checks = []
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("OPS_DATA_DIR", str(folder))
        workbook = next(
            asset for asset in source_assets(settings(folder)) if "ops_workbook" in asset.node_def.name
        )
        for files in (
            {"funnel_steps": STEPS.format(number=1)},
            {"funnel_steps": STEPS.format(number=99), "activity_groups": GROUPS},
        ):
            for name, text in files.items():
                (inbox / f"{name}.csv").write_text(text, "utf-8")
            ended = dg.materialize(
                [workbook], instance=instance, resources={"workspace": Workspace()}, raise_on_error=False
            )
            checks += [c for c in ended.get_asset_check_evaluations() if c.check_name == EXPECTED]
    return Judged(folder, checks)


def test_the_check_links_to_what_did_not_hold(judged: Judged) -> None:
    assert [check.passed for check in judged.checks] == [True, False]
    sound, wrong = (str(check.metadata["results"].value) for check in judged.checks)
    assert sound == str(judged.page)
    (held, _) = history(judged.folder, "ops_workbook")
    assert wrong == f"{judged.page}#{held.subject}"


def test_where_reports_are_served_it_links_to_the_address(
    judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPS_REPORTS_URL", "https://ops.example.com/reports/")
    address = page_of(settings(judged.folder), "ops_workbook")
    assert address == "https://ops.example.com/reports/quality/ops_workbook.html"
    assert page_of(settings(judged.folder), "app_events") == "", "nothing was judged there"


def test_the_results_hold_the_rows_masked(judged: Judged) -> None:
    (newest, before) = history(judged.folder, "ops_workbook")
    assert before.is_met
    wrong = {expected.says: expected for expected in newest.expectations if not expected.is_met}
    assert wrong["steps are numbered from 1 to 50"].rows == ({"step_number": "99", "funnel_code": "buy"},)
    (row,) = wrong["a key stands in one row only"].rows
    assert (row["user_id"], row["activity_id"], row["rows_of_key"]) == ("***", "spring", "2")
    for path in (judged.folder / "reports").rglob("*"):
        assert path.is_dir() or "13800138000" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("width", [390, 1440])
def test_a_person_sees_what_is_expected_and_what_did_not_hold(
    judged: Judged, browser: Browser, width: int
) -> None:
    browser.open(judged.page, width=width, language="en", dark=width == 390)
    assert browser.complaints == []
    assert browser.run(OVERFLOWS) == []
    words = browser.run("document.body.innerText")
    assert "does not hold" in words
    assert "funnel_steps: expected step_number from 1 to 50, observed 99" in words
    cells = "[...document.querySelectorAll('table.rows td')].map((cell) => cell.textContent)"
    assert set(browser.run(cells)) >= {"99", "***", "spring"}
    strip = "document.querySelector('[data-says=\"steps are numbered from 1 to 50\"] .strip')"
    assert browser.run(f"[...{strip}.children].map((it) => it.className)") == ["met", "unmet"]
    place = f"{strip}.querySelector('a').getAttribute('href').slice(1)"
    target = browser.run(f"document.getElementById({place}).className")
    assert target == "wrong"
    browser.open(judged.page.with_name("index.html"), width=width, language="en")
    assert browser.complaints == []
    assert browser.run(OVERFLOWS) == []
    assert "ops_workbook" in browser.run("document.querySelector('table.suites').innerText")


def test_old_results_go(tmp_path: Path) -> None:
    judgement = Judgement(1, (), (), (Outcome("days", "x", "a from 0", "1", 1, 0, True),))
    for number in range(KEPT + 5):
        keep(tmp_path, "kpis", f"20260401T{number:06}", "2026-04-01T00:00:00+00:00", [], judgement)
    newest = history(tmp_path, "kpis", KEPT * 2)
    assert len(newest) == KEPT
    assert newest[0].subject == f"20260401T{KEPT + 4:06}"


def test_what_is_measured_stays_and_what_names_a_person_does_not() -> None:
    row = {
        "account_id": "1234567890",
        "nick_name": "Wang",
        "note": "call 13800138000",
        "share": 0.25,
        "rows": 12345,
    }
    shown = {
        "account_id": "1234567890",
        "nick_name": "***",
        "note": "call ***",
        "share": "0.25",
        "rows": "12345",
    }
    assert masked_row(row) == shown
    assert masked_row({"relationship": "near", "lowest": float("nan")}) == {
        "relationship": "near",
        "lowest": "",
    }
