"""A published file by hand: one app with six weeks of a KPI, one of which nothing has come; names that break HTML."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
MODELS = REPOSITORY / "dbt_project" / "models"
TABLES = {
    "marts": ("dim_apps", "fct_user_retention", "fct_funnel_conversions", "fct_channel_daily", "fct_content_daily",
              "dim_contents", "dim_activities", "fct_activity_review"),
    "kpi": ("dim_kpi", "fct_kpi", "fct_kpi_scorecard", "fct_kpi_contribution"),
    "quality": ("batches", "freshness"),
}  # fmt: skip
DAY = date(2026, 3, 31)
LONG = "app" + "x" * 120
HOSTILE = '</script><b>店 & "Co"</b>'


def published_company(data_dir: Path) -> Path:
    """`data_dir`, with published/current/ops.duckdb in it."""
    folder = data_dir / "published" / "versions" / "v1"
    folder.mkdir(parents=True)
    (data_dir / "published" / "current").symlink_to("versions/v1")
    with duckdb.connect(str(folder / "ops.duckdb")) as connection:
        connection.execute("begin")
        for schema, names in TABLES.items():
            connection.execute(f"create schema {schema}")
            for name in names:
                columns = ", ".join(f"{column} {kind}" for column, kind in _columns(name))
                connection.execute(f"create table {schema}.{name} ({columns})")
        connection.execute("create view kpi.fct_kpi_current as from kpi.fct_kpi")
        connection.execute(
            """create table quality.publications as select 'v1' as publication_id,
                timestamp '2026-04-01 01:02:03' as published_at, timestamp '2026-04-01 01:00:00' as as_of,
                'run-1' as run_id, '0+1' as code_version, 3::bigint as checks_passed, 1::bigint as checks_warned"""
        )
        connection.execute(
            """create table quality.checks (publication_id varchar, check_name varchar, asset_key varchar,
                passed boolean, severity varchar, failed_rows bigint, message varchar)"""
        )
        _fill(connection)
        connection.execute("commit")
    return data_dir


def _columns(model: str) -> list[tuple[str, str]]:
    path = next(MODELS.rglob(f"{model}.yml"))
    (described,) = yaml.safe_load(path.read_text("utf-8"))["models"]
    return [(column["name"], column["data_type"]) for column in described["columns"]]


def _fill(connection: duckdb.DuckDBPyConnection) -> None:
    _insert(connection, "marts.dim_apps", [
        {"app_id": app, "app_name": name, "timezone": "Asia/Shanghai", "last_complete_date": DAY, "is_listed": True}
        for app, name in (("shop", HOSTILE), ("q/1?", LONG))
    ])  # fmt: skip
    _insert(connection, "kpi.dim_kpi", [
        {"kpi_code": "dau", "caliber_version": 1, "name_en": "DAU", "name_zh": "日活", "unit": "count",
         "direction": "up", "definition": HOSTILE},
        {"kpi_code": "new_users", "caliber_version": 1, "name_en": "New users", "name_zh": "新增", "unit": "count",
         "direction": "up"},
        {"kpi_code": "active_users", "caliber_version": 1, "name_en": "Actives", "name_zh": "活跃", "unit": "count",
         "direction": "up"},
    ])  # fmt: skip
    days = [DAY - timedelta(days=number) for number in range(40, -2, -1)]
    cards = []
    for app in ("shop", "*"):
        for code in ("dau", "active_users"):
            for day in days:
                value = 40 if day == DAY else 100 + day.day
                key = {
                    "app_id": app, "kpi_code": code, "caliber_version": 1, "grain": "day", "period_start": day,
                    "dimension": "all", "dimension_value": "all", "value": value, "is_complete": day <= DAY,
                }  # fmt: skip
                cards.append({
                    **key, "last_week_value": 120, "wow_rate": round(value / 120 - 1, 8), "previous_value": 119,
                    "expected_low": 90 if day <= DAY else None, "expected_high": 140 if day <= DAY else None,
                    "is_anomaly": day == DAY,
                })  # fmt: skip
                _insert(connection, "kpi.fct_kpi", [key])
    # A young KPI: no band yet, and nothing to tell.
    cards += [
        {**card, "kpi_code": "new_users", "value": 120, "wow_rate": 0, "expected_low": None, "expected_high": None,
         "is_anomaly": None}
        for card in cards
        if card["kpi_code"] == "dau"
    ]  # fmt: skip
    # 抖音 brings 30 a day until it brings nothing, and one day too many; its money is no news.
    channels = [
        {**cards[0], "kpi_code": code, "period_start": day, "dimension": "channel", "dimension_value": channel,
         "value": value, "expected_low": 20, "expected_high": 40, "is_anomaly": not 20 <= value <= 40}
        for code, channel, day, value in (
            ("new_users", "douyin", DAY, 0), ("new_users", "organic", DAY, 45),
            ("new_users", "douyin", DAY - timedelta(days=1), 30),
            ("new_users", "douyin", DAY - timedelta(days=6), 60), ("new_users", "douyin", DAY - timedelta(days=7), 60),
            ("net_revenue", "douyin", DAY, 0),
        )
    ]  # fmt: skip
    month = {
        **cards[0], "grain": "month", "period_start": DAY.replace(day=1), "target_value": 1000, "value": 700,
        "attainment": "0.7", "expected_to_date": 1000, "pacing": "0.7", "status": "red", "is_complete": True,
    }  # fmt: skip
    _insert(connection, "kpi.fct_kpi_scorecard", [*cards, *channels, month])
    _insert(connection, "kpi.fct_kpi_contribution", [
        {"app_id": "shop", "kpi_code": "dau", "caliber_version": 1, "grain": "day", "period_start": DAY,
         "dimension": "all", "dimension_value": "all", "comparison": comparison, "driver_dimension": driver,
         "driver_value": value, "change_total": change, "share_of_change": share}
        for comparison, driver, value, change, share in (
            ("last_week", "channel", "douyin", -70, "0.875"), ("last_week", "channel", "organic", -10, "0.125"),
            ("last_week", "country", "CN", -80, "1"), ("previous", "channel", "douyin", -79, "1"),
            ("last_week", "platform", "ios", -41, "0.5125"), ("last_week", "platform", "web", -39, "0.4875"),
        )
    ])  # fmt: skip
    _insert(connection, "quality.freshness", [
        {"source": "app_events", "entity": "events", "last_data_at": "2026-03-30 01:00:00",
         "expected_by": "2026-03-31 03:00:00", "is_late": True},
        {"source": "ops_workbook", "entity": "apps", "is_late": False},
    ])  # fmt: skip
    _insert(connection, "quality.checks", [
        {"publication_id": "v1", "check_name": "all_is_well", "asset_key": "marts/x", "passed": True,
         "severity": "ERROR"},
        {"publication_id": "v1", "check_name": "names_are_kind", "asset_key": "marts/x", "passed": False,
         "severity": "WARN", "failed_rows": 3, "message": HOSTILE},
    ])  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[dict[str, object]]) -> None:
    for row in rows:
        marks = ", ".join("?" * len(row))
        connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
