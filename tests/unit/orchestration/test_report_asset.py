"""The report in Dagster: it tells what was published, and stops nothing when it cannot."""

from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.report import REPORT, WRITTEN, daily_report
from orchestration.defs.resources import Workspace
from tests.unit.orchestration.published_company import published_company


def run(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> dg.ExecuteInProcessResult:
    monkeypatch.setenv("OPS_DATA_DIR", str(data_dir))
    monkeypatch.setenv("OPS_AS_OF", "2026-04-01T09:00:00+08:00")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([daily_report()], instance=instance, resources={"workspace": Workspace()})
        assert result.success
        return result


def test_a_page_of_each_app_is_an_asset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(published_company(tmp_path), monkeypatch)
    (materialized,) = result.asset_materializations_for_node("daily_report")
    assert materialized.asset_key == REPORT
    assert materialized.metadata["dagster/row_count"].value == 3
    assert materialized.metadata["publication_id"].value == "v1"
    assert (tmp_path / "reports" / "latest" / "company.html").exists()
    assert [check.passed for check in result.get_asset_check_evaluations()] == [True]


def test_a_report_that_fails_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(tmp_path, monkeypatch)
    assert result.asset_materializations_for_node("daily_report") == []
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed, check.severity) == (WRITTEN, False, dg.AssetCheckSeverity.WARN)
    assert "ops.duckdb" in str(check.metadata["message"].value)
