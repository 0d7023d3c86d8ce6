"""A KPI is defined anew: both series stay, by YAML alone, and readers of the current one see only the new one."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.freeze import WAREHOUSE
from tests.integration.kpi_company import Company
from tests.integration.pipeline import REPOSITORY, Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

#: From March on a question is no ticket any more.
NEWER = """
      - name: tickets_without_questions
        label: Tickets without questions
        description: >
          Complaints and suggestions by the date they were opened.
        type: simple
        agg: sum_boolean
        expr: feedback_type <> 'question'
        config:
          meta:
            kpi_code: tickets
            name_zh: 反馈工单数
            domain: service
            unit: count
            direction: down
            additivity: additive
            owner: customer-service
            caliber_version: 2
            valid_from: "2026-03-01"
            feeds: [tickets]
"""
BUILT = (
    "int_kpi_definitions", "int_kpi_plan", "int_kpi_quantities", "int_kpi_cells",
    "dim_kpi", "fct_kpi", "fct_kpi_current",
)  # fmt: skip


def dbt_build(project: Path, data_dir: Path) -> None:
    """The KPI part with its tests; those that read more than was built are left out."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OPS_", "DAGSTER_", "DBT_"))}
    folders = {
        "OPS_DATA_DIR": data_dir,
        "DBT_TARGET_PATH": data_dir / "dbt",
        "DBT_LOG_PATH": data_dir / "dbt",
    }
    built = subprocess.run(
        [Path(sys.executable).parent / "dbt", "build", "--project-dir", project, "--profiles-dir", project,
         "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable", "--select", *BUILT],
        env={**inherited, **{name: str(path) for name, path in folders.items()}},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout[-4000:]


def test_both_series_stay(demo_run: Run, tmp_path: Path) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(
        REPOSITORY / "dbt_project", project, ignore=shutil.ignore_patterns(".parsed", "target", "logs")
    )
    mart = project / "models" / "marts" / "service" / "fct_feedback.yml"
    yaml = mart.read_text("utf-8")
    assert yaml.count("\n    metrics:\n") == 1
    mart.write_text(yaml.replace("\n    metrics:\n", f"\n    metrics:{NEWER}", 1), "utf-8")
    company = Company.of(demo_run.data_dir, demo_run.target_path).copy(tmp_path / "company")
    dbt_build(project, company.path)
    company.harm(*company.followers.values())  # what is built from fct_kpi
    company.gate(frozenset({"fct_kpi", *company.followers}))

    with duckdb.connect(str(company.path / "published" / "ops.duckdb"), read_only=True) as published:
        published.execute(f"attach '{demo_run.data_dir / WAREHOUSE}' as warehouse (read_only)")

        def rows(query: str) -> list[tuple]:
            return published.execute(query).fetchall()

        definitions = rows(
            """select caliber_version, definition, valid_from, valid_to from kpi.dim_kpi
            where kpi_code = 'tickets' order by 1"""
        )
        assert [row[0] for row in definitions] == [1, 2]
        assert definitions[0][2:] == (date(2020, 1, 1), date(2026, 2, 28))
        assert definitions[1][1:] == (
            "Complaints and suggestions by the date they were opened.", date(2026, 3, 1), None,
        )  # fmt: skip

        columns = "app_id, grain, period_start, dimension, dimension_value, value, is_complete"
        before = f"select {columns} from warehouse.kpi.fct_kpi where kpi_code = 'tickets'"
        older = f"""select {columns} from kpi.fct_kpi
            where kpi_code = 'tickets' and caliber_version = 1 and not is_current"""
        assert rows(f"({older}) except all ({before})") == []
        assert rows(f"({before}) except all ({older})") == []

        company_days = "kpi_code = 'tickets' and app_id = '*' and grain = 'day' and dimension = 'all'"
        ((now, least, most),) = rows(
            f"""select cast(sum(value) as integer), min(caliber_version), max(caliber_version)
            from kpi.fct_kpi_current where {company_days}"""
        )
        ((was,),) = rows(
            f"select cast(sum(value) as integer) from warehouse.kpi.fct_kpi where {company_days}"
        )
        assert (least, most) == (2, 2)
        assert rows(
            "select count(*), count(*) filter (where feedback_type <> 'question') from warehouse.marts.fct_feedback"
        ) == [(was, now)]
        assert 0 < now < was
        assert rows("select count(*) from kpi.fct_kpi_revision") == [(0,)], (
            "no value of either series changed"
        )
