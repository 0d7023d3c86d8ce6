"""A small data folder that can be published again and again: two public tables that must always agree."""

from pathlib import Path

import duckdb

from orchestration.freeze import WAREHOUSE
from orchestration.publication.public_tables import PublicColumn, PublicTable
from orchestration.publication.publish import Published, publish
from orchestration.publication.verify import CheckOutcome

KPI = PublicTable("kpi", "fct_kpi", "A KPI. One row per period.", (PublicColumn("value", "Value.", False),))
DEFINITIONS = PublicTable("kpi", "dim_kpi", "A KPI. One row per kpi_code.", ())
ORDERS = PublicTable("marts", "fct_orders", "An order. One row per order_id.", ())
TABLES = (DEFINITIONS, KPI, ORDERS)
CHECK = CheckOutcome("kpi/fct_kpi", "unique_grain", True, True)


def make_folder(data_dir: Path, orders: int = 10) -> None:
    """What publication asks of a warehouse: a frozen run, built whole, of no batches."""
    with duckdb.connect(str(data_dir / WAREHOUSE)) as connection:
        for schema in ("meta", "kpi", "marts"):
            connection.execute(f"create schema {schema}")
        now = "now()::timestamp"
        connection.execute(
            f"create table meta.run as select 'r' as run_id, {now} as as_of, '1' as code_version"
        )
        connection.execute(
            f"create table meta.build as select 'r' as run_id, '' as fingerprint, {now} as built_at"
        )
        connection.execute("create table meta.batches (batch_id varchar, state varchar)")
        connection.execute("create table kpi.dim_kpi as select 'orders' as kpi_code, 1 as caliber_version")
    build(data_dir, 1, orders)


def build(data_dir: Path, number: int, orders: int = 10) -> None:
    """Tables of the build of that number: each order has it, and the KPI, complete, is their sum."""
    with duckdb.connect(str(data_dir / WAREHOUSE)) as connection:
        connection.execute(
            f"create or replace table marts.fct_orders as select range as order_id, {number} as build "
            f"from range({orders})"
        )
        connection.execute(
            f"""create or replace table kpi.fct_kpi as
            select 'shop' as app_id, 'orders' as kpi_code, 1 as caliber_version, 'day' as grain,
                date '2026-03-01' as period_start, 'all' as dimension, 'all' as dimension_value,
                cast({number * orders} as decimal(28, 8)) as value, true as is_complete"""
        )


def publish_folder(data_dir: Path) -> Published:
    return publish(data_dir, "dagster1", TABLES, [CHECK])


def what_readers_see(data_dir: Path) -> int | None:
    """The number of the build that is published, None before the first; AssertionError when it is not whole."""
    published = data_dir / "published"
    if not (published / "current").exists():
        return None
    folder = (published / "current").resolve()
    with duckdb.connect(str(published / "ops.duckdb"), read_only=True) as connection:
        (told,) = connection.execute("select publication_id from quality.publications").fetchall()[-1:]
        number, orders, least = connection.execute(
            "select max(build), count(*), min(build) from marts.fct_orders"
        ).fetchall()[0]
        (value,) = connection.execute("select value from kpi.fct_kpi").fetchall()[0]
        revisions = connection.execute(
            "select old_value, new_value from kpi.fct_kpi_revision order by published_at"
        ).fetchall()
    assert told == (folder.name,)
    assert least == number
    assert value == number * orders
    values = [old for old, _ in revisions] + [value]
    assert [new for _, new in revisions] == values[1:], "each old value is the new value before it"
    assert len(set(values)) == len(values)
    files = str(folder / "parquet" / "marts" / "fct_orders" / "*.parquet")
    assert duckdb.connect().execute(
        "select min(build), max(build), count(*) from read_parquet(?)", [files]
    ).fetchall() == [(number, number, orders)]
    return int(number)
