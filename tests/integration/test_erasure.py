"""A real company forgets a person: every published figure stays, and the old files bring nobody back."""

import gzip
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.erasure.erased_list import ErasedList
from tests.integration.pipeline import Run, make
from tests.unit.orchestration.decoded_files import files_that_say

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

APP = "aurora"
#: They say when something was published, which is another moment.
OWN = ("quality.publications", "quality.checks")
Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def company(demo_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The demo company in a folder of its own."""
    folder = tmp_path_factory.mktemp("erasure") / "demo"
    shutil.copytree(demo_run.data_dir, folder, symlinks=True)
    return Run(folder, 0, "")


def call(company: Run, target: str, *arguments: str) -> str:
    run = make(target, company.data_dir.parent, *arguments, folder=company.data_dir, DEMO="1")
    assert run.returncode == 0, run.output[-4000:]
    return run.output


def somebody(company: Run) -> tuple[str, str, str]:
    """Who ordered and was active most, and is the only one on the devices: user, anonymous id, device."""
    raw = company.data_dir / "raw"
    with duckdb.connect() as connection:
        return connection.execute(
            f"""with events as (
                select * from read_parquet('{raw}/app_events/events/2*.parquet')
                where app_id = '{APP}' and user_id is not null and anonymous_id is not null
            )
            select user_id, min(anonymous_id), min(device_id) from events
            where user_id in (
                select user_id from read_parquet('{raw}/app_database/orders/2*.parquet') where app_id = '{APP}'
            ) and user_id not in (
                select coalesce(user_id, '') from read_parquet('{raw}/ops_workbook/excluded_users/2*.parquet')
            ) and anonymous_id not in (
                select anonymous_id from events group by anonymous_id having count(distinct user_id) > 1
            )
            group by user_id order by count(*) desc, user_id limit 1"""
        ).fetchall()[0]


def published(company: Run) -> Tables:
    """Rows of every public table, sorted."""
    found: Tables = {}
    with company.published() as connection:
        query = "select schema_name, table_name from duckdb_tables() where not internal order by all"
        for schema, table in connection.execute(query).fetchall():
            if f"{schema}.{table}" in OWN:
                continue
            rows = connection.execute(f"from {schema}.{table}").fetchall()
            found[f"{schema}.{table}"] = sorted(rows, key=repr)
    return found


def test_a_person_is_forgotten_and_every_figure_stays(company: Run) -> None:
    user, anonymous, device = somebody(company)
    before = published(company)
    money = before["marts.fct_orders"]
    assert any(user in row for row in money)
    assert any(isinstance(value, Decimal) for row in money for value in row)
    assert len(files_that_say(company.data_dir, user, anonymous, device)) > 10

    said = call(company, "erase", f"APP={APP}", f"USER={user}")
    assert "inbox/app_events/" in said
    assert "your own database" in said
    erased = ErasedList.read(company.data_dir)
    assert erased is not None
    wanted = published_as(before, user, erased.people[0]["tombstone"])
    assert published(company) == wanted
    assert files_that_say(company.data_dir, user, anonymous, device) == []

    # From raw: the warehouse is gone.
    assert not (company.data_dir / "warehouse.duckdb").exists()
    call(company, "refresh")
    differences = [table for table, rows in published(company).items() if rows != wanted[table]]
    assert differences == []

    # The old files once more, as other bytes under another name.
    for number, path in enumerate(sorted((company.data_dir / "inbox" / "app_events").glob(f"{APP}*.gz"))):
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        (path.parent / f"again-{number}.ndjson").write_bytes(b"".join(reversed(lines)))
    call(company, "refresh")
    again = published(company)
    # What arrived is told, copies and all; nothing else may differ.
    differences = [
        table for table in wanted if again[table] != wanted[table] and not table.startswith("quality.")
    ]
    assert differences == []
    assert files_that_say(company.data_dir, user, anonymous, device) == []


def published_as(tables: Tables, user: str, tombstone: str) -> Tables:
    """The same tables with another name for one user, in their order."""
    return {
        name: sorted(
            (tuple(tombstone if value == user else value for value in row) for row in rows), key=repr
        )
        for name, rows in tables.items()
    }


def test_a_person_whom_nobody_knows_is_one_line(company: Run) -> None:
    run = make(
        "erase", Path(company.data_dir.parent), f"APP={APP}", "USER=nobody", folder=company.data_dir, DEMO="1"
    )
    assert run.returncode != 0
    assert run.output.startswith(
        f"error: USER=nobody: nothing that was landed for app {APP} names this user\n"
    )
