"""`mf query` reads the same metric definitions with its own SQL: the KPI layer must say the same.

MetricFlow wants a project folder that holds target/semantic_manifest.json; it is built of symlinks here. Not compared:
what a query cannot say (the company's own weeks, means over complete days, calendar WAU and MAU).
"""

import csv
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.pipeline import REPOSITORY, Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

#: Metrics of marts with one row per fact: any grain can be asked.
USERS = [
    "active_users",
    "viewers",
    "uv",
    "pv",
    "registered_users",
    "sessions_per_user",
    "avg_session_seconds",
    "bounce_rate",
    "avg_dwell_seconds",
]
REVENUE = [
    "orders",
    "paying_users",
    "gross_revenue",
    "refunded_revenue",
    "net_revenue",
    "gmv",
    "paying_rate",
    "arpu",
    "arppu",
    "avg_order_value",
]
CONTENT = [
    "content_views",
    "engagement_rate",
    "share_rate",
    "completion_rate",
    "views_per_viewer",
    "content_published",
    "ugc_share",
    "active_creators",
    "new_followers",
    "lost_followers",
    "net_followers",
    "total_followers",
]
GROWTH = [
    "activity_participants", "channel_visits", "cac", "roi_d7", "roi_d30", "ltv_d30", "k_factor", "recall_return_rate",
]  # fmt: skip
ADS = ["ad_spend", "impressions", "clicks", "ctr", "cpc", "cpm", "ad_conversions", "cvr", "cpa", "roas"]
SERVICE = ["tickets", "complaint_rate", "first_response_seconds", "satisfaction_score"]
PLAIN = [*USERS, *REVENUE, *CONTENT, *GROWTH, *ADS, *SERVICE]
#: (metrics, time grain, filter).
QUERIES = {
    "days": (PLAIN, "day", None),
    "weeks": (PLAIN, "week", None),
    "months": (PLAIN, "month", None),
    "rolling": (
        ["dau", "wau", "mau", "new_users", "stickiness"],
        "day",
        "{{ Dimension('active_user_day__dimension') }} = 'all'",
    ),
    "retention": (
        ["retention_d1", "retention_d7", "retention_d30"],
        "day",
        "{{ Dimension('retention_cell__dimension') }} = 'all'",
    ),
    "lifecycle": (
        ["resurrected_users", "dormant_users", "churned_users"],
        "day",
        "{{ Dimension('user_lifecycle_period__lifecycle_grain') }} = 'day'",
    ),
    **{
        f"lifecycle by {grain}": (
            ["resurrected_users", "dormant_users", "churned_users"],
            grain,
            f"{{{{ Dimension('user_lifecycle_period__lifecycle_grain') }}}} = '{grain}'",
        )
        for grain in ("week", "month")
    },
    **{
        f"retention by {grain}": (
            ["retention_d1", "retention_d7", "retention_d30"],
            grain,
            "{{ Dimension('retention_cell__dimension') }} = 'all'",
        )
        for grain in ("week", "month")
    },
    "new users by month": (["new_users"], "month", "{{ Dimension('active_user_day__dimension') }} = 'all'"),
    "repurchases by week": (
        ["repurchase_rate"],
        "week",
        "{{ Dimension('buyer_period__buyer_period_kind') }} = 'week'",
    ),
    "repurchases by month": (
        ["repurchase_rate"],
        "month",
        "{{ Dimension('buyer_period__buyer_period_kind') }} = 'month'",
    ),
}
Cells = dict[tuple[str, date, str], Decimal | None]


@pytest.fixture(scope="module")
def metricflow_project(demo_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project folder of symlinks whose target/ is the finished run's."""
    folder = tmp_path_factory.mktemp("metricflow") / "project"
    folder.mkdir()
    for entry in (REPOSITORY / "dbt_project").iterdir():
        (folder / entry.name).symlink_to(entry)
    target = demo_run.target_path
    if not (target / "semantic_manifest.json").exists():
        target = folder.parent / "target"
        _call(["dbt", "--quiet", "parse", "--target-path", str(target)], folder, demo_run)
    (folder / "target").symlink_to(target)
    return folder


def _call(command: list[str], project: Path, run: Run) -> None:
    environment = {
        **os.environ,
        "OPS_DATA_DIR": str(run.data_dir),
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "DBT_LOG_PATH": str(project.parent / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    program = Path(sys.executable).parent / command[0]
    finished = subprocess.run(
        [str(program), *command[1:]],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, (finished.stdout + finished.stderr)[-4000:]


def _ask(project: Path, run: Run, metrics: list[str], grain: str, where: str | None) -> Cells:
    answer = project.parent / "answer.csv"
    time = f"metric_time__{grain}"
    command = [
        "mf",
        "query",
        "--metrics",
        ",".join(metrics),
        "--group-by",
        f"{time},app",
        "--csv",
        str(answer),
    ]
    _call(command + (["--where", where] if where else []), project, run)
    cells: Cells = {}
    with answer.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for metric in metrics:
                text = row[metric]
                known = text not in ("", "nan", "None", "NULL")
                cells[metric, date.fromisoformat(row[time][:10]), row["app"]] = (
                    Decimal(text) if known else None
                )
    return cells


@pytest.mark.parametrize("name", QUERIES)
def test_complete_kpis_equal_metricflow(name: str, demo_run: Run, metricflow_project: Path) -> None:
    metrics, grain, where = QUERIES[name]
    answers = _ask(metricflow_project, demo_run, metrics, grain, where)
    with demo_run.warehouse() as warehouse:
        kpis = warehouse.execute(
            """select kpi.kpi_code, kpi.period_start, kpi.app_id, kpi.value
            from kpi.fct_kpi_current as kpi inner join intermediate.int_apps as apps using (app_id)
            where kpi.grain = $grain and kpi.dimension = 'all' and kpi.is_complete
                and list_contains($metrics, kpi.kpi_code) and ($grain <> 'week' or apps.week_start = 'monday')""",
            {"grain": grain, "metrics": metrics},
        ).fetchall()
    assert {row[0] for row in kpis} == set(metrics)
    different = []
    for code, period_start, app_id, value in kpis:
        answer = answers.get((code, period_start, app_id))
        # MetricFlow has no row, or null, where nothing happened; a ratio without denominator is null here.
        if abs((value or Decimal(0)) - (answer or Decimal(0))) > Decimal("0.00000001"):
            different.append((code, period_start, app_id, value, answer))
    assert different == []


def test_users_by_acquisition_channel_equal_metricflow(demo_run: Run, metricflow_project: Path) -> None:
    answer = metricflow_project.parent / "channels.csv"
    group_by = "metric_time__month,app,user__acquisition_channel"
    command = ["mf", "query", "--metrics", "active_users,arpu", "--group-by", group_by, "--csv", str(answer)]
    _call(command, metricflow_project, demo_run)
    with answer.open(encoding="utf-8", newline="") as file:
        expected = {
            (
                row["metric_time__month"][:10],
                row["app"],
                row["user__acquisition_channel"] or "(unknown)",
            ): int(row["active_users"])
            for row in csv.DictReader(file)
            if row["active_users"] not in ("", "0")
        }
    with demo_run.warehouse() as warehouse:
        rows = warehouse.sql(
            """select cast(period_start as varchar), app_id, dimension_value, cast(value as bigint)
            from kpi.fct_kpi_current
            where kpi_code = 'active_users' and grain = 'month' and dimension = 'channel' and app_id <> '*'"""
        ).fetchall()
    assert {(month, app, channel): users for month, app, channel, users in rows} == expected


#: KPIs that there are by their dimension only: (metric, grain, dimension, its name in MetricFlow, filter).
BY_DIMENSION = [
    ("funnel_conversion_rate", "month", "funnel", "funnel_step__funnel", None),
    ("activity_roi", "month", "activity", "activity_day__activity", None),
    (
        "activity_participation_rate", "month", "activity", "activity_period__activity",
        "{{ Dimension('activity_period__period_kind') }} = 'month'",
    ),
    (
        "feature_adoption_rate", "week", "feature", "feature_week__feature",
        "{{ Dimension('feature_week__period_kind') }} = 'week'",
    ),
    ("content_views", "month", "distribution_channel", "content_day__distribution_channel", None),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "grain", "dimension", "group", "where"), BY_DIMENSION)
def test_kpis_by_dimension_equal_metricflow(
    metric: str,
    grain: str,
    dimension: str,
    group: str,
    where: str | None,
    demo_run: Run,
    metricflow_project: Path,
) -> None:
    answer, time = metricflow_project.parent / f"{metric}.csv", f"metric_time__{grain}"
    command = ["mf", "query", "--metrics", metric, "--group-by", f"{time},app,{group}", "--csv", str(answer)]
    _call(command + (["--where", where] if where else []), metricflow_project, demo_run)
    with answer.open(encoding="utf-8", newline="") as file:
        answers = {
            (row[time][:10], row["app"], row[group]): float(row[metric])
            for row in csv.DictReader(file)
            if row[metric] not in ("", "nan", "None", "NULL")
        }
    with demo_run.warehouse() as warehouse:
        rows = warehouse.execute(
            """select cast(kpi.period_start as varchar), kpi.app_id, kpi.dimension_value, kpi.value
            from kpi.fct_kpi_current as kpi inner join intermediate.int_apps as apps using (app_id)
            where kpi.kpi_code = ? and kpi.grain = ? and kpi.dimension = ? and kpi.value is not null
                and kpi.is_complete and (kpi.grain <> 'week' or apps.week_start = 'monday')""",
            [metric, grain, dimension],
        ).fetchall()
    assert rows
    assert {row[:3]: float(row[3]) for row in rows} == pytest.approx(
        {row[:3]: answers[row[:3]] for row in rows}, abs=1e-7
    )
