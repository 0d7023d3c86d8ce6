"""Write, audit, publish: readers see the old version or the new, and only what was verified."""

import json
import os
from datetime import date, datetime, time
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from ingestion.manifest import Manifest
from orchestration.code_version import code_version
from orchestration.defs.publication import check_outcomes
from orchestration.defs.transformation import is_published
from orchestration.freeze import WAREHOUSE, fingerprint, freeze
from orchestration.publication.audit import audit_version
from orchestration.publication.pseudonyms import Pseudonyms
from orchestration.publication.public_tables import PublicColumn, PublicTable, public_tables
from orchestration.publication.publish import publish as publish_tables
from orchestration.publication.swap import (
    KEPT_VERSIONS,
    current_receipt,
    remove_old_versions,
    scratch_folder,
    versions_folder,
)
from orchestration.publication.verify import CheckOutcome, NotPublishable, verify
from orchestration.publication.write import Publication, write_version
from tests.unit.orchestration.batches import land, settings

TABLE = PublicTable(
    "marts", "fct_orders", "An order's row. One row per order_id.",
    (PublicColumn("order_id", "The customer's order.", True), PublicColumn("amount", "", False)),
)  # fmt: skip
CHECK = CheckOutcome("marts/fct_orders", "unique_grain", True, True)
WARNING = CheckOutcome("marts/fct_orders", "is_usual", False, False, "WARN", 3, "three")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with an accepted batch and a whole build of one public table."""
    batch = land(tmp_path, "ops_workbook", {"apps": [{"app_id": "shop"}]})
    Manifest(tmp_path).set_state(batch, "accepted")
    freeze(settings(tmp_path), "run-1", "1.0")
    warehouse(tmp_path, "create schema marts", "update meta.build set built_at = now()::timestamp")
    warehouse(
        tmp_path, "create table marts.fct_orders as select 'o1' as order_id, 1.5::decimal(20, 6) as amount"
    )
    return tmp_path


def warehouse(data_dir: Path, *statements: str) -> None:
    with duckdb.connect(str(data_dir / WAREHOUSE)) as connection:
        for statement in statements:
            connection.execute(statement)


def publish(data_dir: Path, run_id: str = "dagster1") -> str:
    return publish_tables(data_dir, run_id, [TABLE], [CHECK, WARNING]).publication.publication_id


def read(data_dir: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(data_dir / "published" / "ops.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_what_is_published_has_rows_words_and_constraints_in_both_formats(data_dir: Path) -> None:
    publication_id = publish(data_dir)
    assert read(data_dir, "select order_id, cast(amount as varchar) from marts.fct_orders") == [
        ("o1", "1.500000")
    ]
    assert read(data_dir, "select comment from duckdb_tables() where table_name = 'fct_orders'") == [
        ("An order's row. One row per order_id.",)
    ]
    assert read(
        data_dir,
        "select column_name, comment, is_nullable from duckdb_columns() "
        "where table_name = 'fct_orders' and database_name = 'ops' order by 1",
    ) == [("amount", None, True), ("order_id", "The customer's order.", False)]
    parquet = data_dir / "published" / "parquet" / "marts" / "fct_orders" / "*.parquet"
    assert duckdb.connect().execute(f"select count(*) from '{parquet}'").fetchall() == [(1,)]
    assert read(
        data_dir,
        "select publication_id, checks_passed, checks_warned, tables, rows from quality.publications",
    ) == [(publication_id, 1, 1, 2, 1)]
    assert read(
        data_dir, "select check_name, passed, failed_rows, message from quality.checks order by 1"
    ) == [
        ("is_usual", False, 3, "three"),
        ("unique_grain", True, 0, ""),
    ]


def test_older_drivers_can_read_the_file(data_dir: Path) -> None:
    publish(data_dir)
    with open(data_dir / "published" / "ops.duckdb", "rb") as file:
        header = file.read(8192)
    # Bytes 12 to 19 are the storage version; 67 is that of DuckDB 1.4.
    assert int.from_bytes(header[12:20], "little") <= 67


def test_publications_are_remembered_and_old_versions_removed(data_dir: Path) -> None:
    names = [publish(data_dir, f"dagster{number}") for number in range(4)]
    assert [path.name for path in sorted(versions_folder(data_dir).iterdir())] == names[-KEPT_VERSIONS:]
    assert remove_old_versions(data_dir, keep=2) == names[1:2]
    assert os.readlink(data_dir / "published" / "current") == f"versions/{names[3]}"
    assert read(data_dir, "select publication_id from quality.publications order by 1") == [
        (name,) for name in names
    ]
    receipt = current_receipt(data_dir)
    assert receipt is not None
    assert receipt.publication_id == names[3]


def test_a_killed_write_leaves_the_old_version_and_is_cleaned_up(data_dir: Path) -> None:
    before = publish(data_dir)
    half = scratch_folder(data_dir, "half")
    half.mkdir()
    (half / "ops.duckdb").write_bytes(b"half a file")
    assert os.readlink(data_dir / "published" / "current") == f"versions/{before}"
    publish(data_dir, "dagster2")
    assert not half.exists()


def test_a_run_killed_before_the_switch_of_the_first_publication_never_published(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were `current` made first, the next run would find nothing to do, and readers no ops.duckdb."""
    made: list[str] = []

    def killed(source: Path, target: Path) -> None:
        made.append(Path(target).name)
        if made[-1] == "current":
            raise KeyboardInterrupt
        os.rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            publish(data_dir)
    assert current_receipt(data_dir) is None
    assert {"ops.duckdb", "parquet"} <= set(made)
    publish(data_dir, "dagster2")
    assert read(data_dir, "select count(*) from marts.fct_orders") == [(1,)]


def test_a_reader_keeps_its_version_through_a_swap(data_dir: Path) -> None:
    publish(data_dir)
    with duckdb.connect(str((data_dir / "published" / "ops.duckdb").resolve()), read_only=True) as reader:
        warehouse(data_dir, "insert into marts.fct_orders values ('o2', 2)")
        publish(data_dir, "dagster2")
        assert reader.execute("select count(*) from marts.fct_orders").fetchall() == [(1,)]
    assert read(data_dir, "select count(*) from marts.fct_orders") == [(2,)]


def test_a_version_that_differs_from_the_warehouse_is_not_swapped_in(data_dir: Path) -> None:
    run = verify(data_dir, Manifest(data_dir).entries(), [])
    publication = Publication.of(run, "dagster1", datetime.combine(date(2026, 4, 1), time.min))
    scratch = scratch_folder(data_dir, publication.publication_id)
    write_version(data_dir, scratch, publication, [TABLE], [], Pseudonyms(b"key", True))
    warehouse(data_dir, "insert into marts.fct_orders values ('o2', 2)")
    with pytest.raises(NotPublishable, match=r"marts\.fct_orders"):
        audit_version(data_dir, scratch, [TABLE])


def test_a_failed_blocking_check_is_named_and_a_warning_is_not(data_dir: Path) -> None:
    entries = Manifest(data_dir).entries()
    verify(data_dir, entries, [CHECK, WARNING])
    failed = CheckOutcome("marts/fct_orders", "amounts_add_up", False, True)
    with pytest.raises(NotPublishable, match="amounts_add_up on marts/fct_orders"):
        verify(data_dir, entries, [CHECK, failed])


def test_only_one_whole_build_is_published(data_dir: Path) -> None:
    warehouse(data_dir, "update meta.build set built_at = null")
    with pytest.raises(NotPublishable, match="not one whole build"):
        verify(data_dir, Manifest(data_dir).entries(), [])


def test_a_build_of_another_run_is_not_published(data_dir: Path) -> None:
    warehouse(data_dir, "update meta.run set run_id = 'run-2'")
    with pytest.raises(NotPublishable, match="not one whole build"):
        verify(data_dir, Manifest(data_dir).entries(), [])


def test_a_held_batch_is_named(data_dir: Path) -> None:
    batch = land(data_dir, "ops_workbook", {"apps": [{"app_id": "other"}]})
    Manifest(data_dir).set_state(batch, "held")
    freeze(settings(data_dir), "run-1", "1.0")
    warehouse(data_dir, "update meta.build set built_at = now()::timestamp")
    with pytest.raises(NotPublishable, match=f"make accept BATCH={batch}"):
        verify(data_dir, Manifest(data_dir).entries(), [])


def test_a_batch_that_nobody_judged_is_not_published(data_dir: Path) -> None:
    batch = land(data_dir, "ops_workbook", {"apps": [{"app_id": "other"}]})
    freeze(settings(data_dir), "run-1", "1.0")
    warehouse(data_dir, "update meta.build set built_at = now()::timestamp")
    with pytest.raises(NotPublishable, match=f"{batch} was not judged yet"):
        verify(data_dir, Manifest(data_dir).entries(), [])


def test_a_gate_of_raw_tables_that_has_no_result_counts_as_failed() -> None:
    """A publication from the UI on a folder where ingestion never ran, or was killed, would be an empty one."""
    raw, model = dg.AssetKey(["raw", "app_events", "events"]), dg.AssetKey(["marts", "fct_orders"])
    gates = {
        dg.AssetCheckKey(raw, "meets_expectations"): True,
        dg.AssetCheckKey(raw, "every_account_was_pulled"): False,
        dg.AssetCheckKey(model, "unique_grain"): True,
    }
    with dg.DagsterInstance.ephemeral() as instance, dg.build_asset_context(instance=instance) as context:
        outcomes = {outcome.name: outcome.passed for outcome in check_outcomes(context, gates)}
    assert outcomes == {"meets_expectations": False, "every_account_was_pulled": None, "unique_grain": None}


def test_only_a_published_whole_build_that_is_still_there_counts_as_done(data_dir: Path) -> None:
    now = settings(data_dir)
    entries = Manifest(data_dir).entries()
    print_of_run = fingerprint(now, entries, code_version())
    warehouse(data_dir, f"update meta.build set fingerprint = '{print_of_run}'")
    assert not is_published(now)
    publish(data_dir)
    assert is_published(now)
    warehouse(data_dir, "update meta.build set built_at = null")  # a killed or a partial run
    assert not is_published(now)
    (data_dir / WAREHOUSE).unlink()
    assert not is_published(now)


def test_a_batch_withdrawn_after_the_build_is_noticed(data_dir: Path) -> None:
    (entry,) = Manifest(data_dir).entries()
    Manifest(data_dir).set_state(entry.batch_id, "withdrawn")
    with pytest.raises(NotPublishable, match="is withdrawn now"):
        verify(data_dir, Manifest(data_dir).entries(), [])


def test_without_a_warehouse_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(NotPublishable, match="no warehouse"):
        verify(tmp_path, [], [])


def test_public_tables_are_the_public_models_of_three_schemas() -> None:
    def node(name: str, schema: str, access: str, kind: str = "model") -> dict:
        constraints = [{"type": "not_null"}]
        return {
            "resource_type": kind, "name": name, "alias": name, "schema": schema, "description": "d",
            "access": access, "config": {"materialized": "table"},
            "columns": {"a": {"name": "a", "description": "the a", "constraints": constraints}},
        }  # fmt: skip

    nodes = [
        node("fct_b", "marts", "public"), node("dim_a", "kpi", "public"), node("int_x", "intermediate", "public"),
        node("fct_c", "marts", "protected"), node("seed", "marts", "public", "seed"),
    ]  # fmt: skip
    tables = public_tables(json.loads(json.dumps({"nodes": {n["name"]: n for n in nodes}})))
    assert [table.address for table in tables] == ['"kpi"."dim_a"', '"marts"."fct_b"']
    assert tables[0].columns == (PublicColumn("a", "the a", True),)
