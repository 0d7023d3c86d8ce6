"""What BI tools open: one file of described tables, Parquet beside it, nothing personal, nothing half."""

import json
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.publication.pseudonyms import MAIL, PERSON_COLUMNS, PHONE
from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

ALLOWED = yaml.safe_load((Path(__file__).parent / "published_columns.yml").read_text("utf-8"))
REQUIRED = {
    "marts": {
        "dim_users", "fct_user_daily", "fct_active_users", "fct_user_lifecycle", "fct_user_retention",
        "fct_sessions", "fct_orders", "fct_content_daily", "fct_activity_daily", "fct_channel_daily",
        "fct_ad_performance", "fct_feedback", "fct_competitor_metrics", "dim_users_history", "dim_contents_history",
    },
    "kpi": {"dim_kpi", "fct_kpi", "fct_kpi_current"},
    "quality": {"publications", "batches", "quarantine_summary", "checks", "freshness"},
}  # fmt: skip


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, list]]:
    rows = connection.sql(
        """select schema_name || '.' || table_name, column_name, comment from duckdb_columns()
        where database_name = current_database() and schema_name in ('marts', 'kpi', 'quality')"""
    ).fetchall()
    tables: dict[str, dict[str, list]] = {}
    for table, column, comment in rows:
        tables.setdefault(table, {})[column] = comment
    return tables


def test_the_public_tables_are_there(demo_run: Run) -> None:
    with demo_run.published() as published:
        tables = _columns(published)
        empty = [
            table
            for schema, names in REQUIRED.items()
            for name in names
            if not published.sql(f"select 1 from {(table := f'{schema}.{name}')} limit 1").fetchall()
        ]
    assert {f"{schema}.{name}" for schema, names in REQUIRED.items() for name in names} <= set(tables)
    assert "kpi.fct_kpi_revision" in tables, "empty until a complete value changes"
    assert empty == []


def test_only_allowed_columns_are_published(demo_run: Run) -> None:
    """Personal data cannot slip out: a new public column is published only once it stands in the list."""
    with demo_run.published() as published:
        tables = _columns(published)
    surprising = [
        f"{table}.{column}"
        for table, columns in tables.items()
        for column in columns
        if column not in ALLOWED.get(table, [])
    ]
    assert surprising == []


def test_no_published_id_says_who_somebody_is(demo_run: Run) -> None:
    """Phone numbers, mail addresses and what devices call themselves are pseudonyms; the warehouse has them."""
    with demo_run.published() as published:
        ids = [
            f'select "{column}" as id from {table}'
            for table, columns in _columns(published).items()
            for column in columns
            if column in PERSON_COLUMNS
        ]
        assert len(ids) > 10
        said = published.execute(
            f"""select id from ({" union all ".join(ids)})
            where regexp_full_match(id, ?) or regexp_full_match(id, ?)
                or (starts_with(id, 'anon:') and not regexp_full_match(id, 'anon:[0-9a-f]{{64}}'))""",
            [PHONE, MAIL],
        ).fetchall()
        devices = published.sql("select count(*) from marts.dim_users where starts_with(user_id, 'anon:')")
        assert devices.fetchall() > [(0,)]
    assert said == []


def test_every_column_says_what_it_means(demo_run: Run) -> None:
    with demo_run.published() as published:
        silent = [
            f"{table}.{column}"
            for table, columns in _columns(published).items()
            for column, comment in columns.items()
            if not comment
        ]
    # Views have no place for column comments in DuckDB; fct_kpi_current has those of fct_kpi.
    assert [name for name in silent if not name.startswith("kpi.fct_kpi_current.")] == []


def test_the_file_can_be_read_by_older_drivers(demo_run: Run) -> None:
    header = (demo_run.data_dir / "published" / "ops.duckdb").read_bytes()[:64]
    assert header[8:12] == b"DUCK"
    # Storage version of DuckDB 1.4; 2.0 would write a version that 1.5 refuses.
    with demo_run.published() as published:
        tags = published.sql(
            "select tags from duckdb_databases() where database_name = current_database()"
        ).fetchall()
    assert "v1.4" in str(tags[0][0]), tags


def test_parquet_holds_the_same_rows(demo_run: Run) -> None:
    folder = demo_run.data_dir / "published" / "parquet"
    with demo_run.published() as published:
        for schema, names in REQUIRED.items():
            for name in names - {"fct_kpi_current"}:
                files = [str(path) for path in (folder / schema / name).rglob("*.parquet")]
                assert files, f"{schema}.{name}"
                rows = published.execute("select count(*) from read_parquet(?)", [files]).fetchall()
                assert rows == published.sql(f"select count(*) from {schema}.{name}").fetchall()


def test_no_money_or_count_becomes_a_double(demo_run: Run) -> None:
    """`sum(bigint)` is HUGEINT, which Parquet turns into DOUBLE; only ratios may be DOUBLE."""
    with demo_run.published() as published:
        rows = published.sql(
            """select table_name, column_name, data_type from information_schema.columns
            where data_type in ('HUGEINT', 'FLOAT', 'TIMESTAMP WITH TIME ZONE')
               or (data_type = 'DOUBLE' and (column_name like '%revenue%' or column_name like '%spend%'
                   or column_name like '%amount%' or column_name like '%cost%')
                   and column_name not like '%\\_growth\\_%' escape '\\'
                   and column_name not like 'cost\\_per\\_%' escape '\\')"""
        ).fetchall()
    assert rows == []


def test_the_publication_records_itself(demo_run: Run) -> None:
    with demo_run.published() as published:
        publications = published.sql(
            "select tables, rows, checks_passed, checks_warned from quality.publications"
        ).fetchall()
        failed = published.sql(
            "select check_name, message from quality.checks where not passed and severity = 'ERROR'"
        ).fetchall()
    assert len(publications) >= 1
    assert publications[-1][0] >= 20
    assert failed == []


def test_the_manifest_knows_every_public_table(demo_run: Run) -> None:
    manifest = json.loads((demo_run.target_path / "manifest.json").read_text("utf-8"))
    public = {
        f"{node['schema']}.{node['name']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in ("marts", "kpi", "quality")
    }
    with demo_run.published() as published:
        assert public <= set(_columns(published))
