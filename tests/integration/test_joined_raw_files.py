"""dbt over joined raw files: the same tables, nothing new to load, and the same again from raw alone."""

from pathlib import Path

import duckdb
import pytest

from ingestion import joining
from ingestion.joining import join, replaced_files, small_files
from orchestration.last_build import LastBuild
from tests.integration.test_histories_equal_a_full_rebuild import STEPS, Company

pytestmark = [pytest.mark.pipeline]


def test_tables_are_the_same_before_and_after_and_from_raw_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "AT_LEAST", 2)
    company = Company(tmp_path, "joined")
    for step in range(STEPS):
        company.deliver_workbook()
        company.deliver(step)
    folder = company.folder
    folder.refresh()
    before = tables(folder.warehouse)
    assert sum(map(len, before.values())) > 1000

    last = LastBuild.read(folder.path)
    assert last is not None
    small = list(small_files(folder.path, last.batches))
    assert {(each.entity, len(each.files)) for each in small} >= {("orders", STEPS)}
    for each in small:
        join(folder.path, each)
    batches = folder.refresh()
    assert (batches.add, batches.remove, batches.whole) == ((), (), "")
    after = tables(folder.warehouse)
    assert after.keys() == before.keys()
    differences = {
        name: (set(after[name]) ^ set(before[name])) for name in before if after[name] != before[name]
    }
    assert differences == {}

    read = LastBuild.read(folder.path)
    assert read is not None
    replaced = list(replaced_files(folder.path))
    assert len(replaced) == sum(len(each.files) for each in small)
    assert not any(read.reads(path) for path in replaced)
    for path in replaced:
        path.unlink()
    company.assert_equal()  # with a warehouse that is built from what is left


def tables(warehouse: Path) -> dict[str, list[tuple]]:
    """Rows of what people see, and of views over raw tables that are read whole, sorted by their text.

    What lies between, and staging of app events, may say what this run changed: nothing did, here.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            """select table_schema || '.' || table_name from information_schema.tables
            where table_schema in ('marts', 'quality', 'staging') and table_name not like 'stg_meta%'
                and table_name not like 'stg_app_events%'
            order by all"""
        ).fetchall()
        return {name: sorted(connection.execute(f"from {name}").fetchall(), key=repr) for (name,) in found}
