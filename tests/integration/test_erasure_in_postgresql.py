"""Dagster's history in a real PostgreSQL forgets a person: no column and no file of the server says them then."""

import os
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg2
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, TickData, TickStatus

from ingestion.erasure.erased_list import ErasedList
from ingestion.errors import SourceError
from orchestration.erasure import history_database
from orchestration.erasure.history_database import erase_history
from orchestration.freeze import freeze
from tests.integration.pipeline import REPOSITORY
from tests.integration.postgresql_server import postgresql
from tests.unit.orchestration.erasure.erasure_company import DEVICE, MARY, Company, landed_company

FRIEND = "friend-of-mary-1973x"  # her id is part of another word
OTHERS = 1_200


@dg.asset
def orders(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    context.log.info(f"order of '{MARY}' by {DEVICE}")
    context.log.info(f"order of {FRIEND}")
    return dg.MaterializeResult(
        metadata={"who": MARY, "rows": dg.JsonMetadataValue({MARY: [DEVICE, FRIEND]})},
        tags={"customer": MARY},
    )


@dg.asset
def refunds() -> None:
    raise ValueError(f"no refund for {MARY}")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Path]]:
    with postgresql() as found:
        yield found


@pytest.fixture
def instance(
    server: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """The production instance file, as `make` sets it up."""
    home = tmp_path / "home"
    home.mkdir()
    yaml = REPOSITORY / "docs" / "production" / "dagster.yaml"
    (home / "dagster.yaml").write_text(yaml.read_text())
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("OPS_DAGSTER_YAML", str(yaml))
    monkeypatch.setenv("OPS_DAGSTER_POSTGRES_URL", server[0])
    with dg.DagsterInstance.get() as opened:
        yield opened


def remember(instance: dg.DagsterInstance) -> str:
    """Everything that Dagster can keep of somebody; the run."""
    done = dg.materialize(
        [orders, refunds], instance=instance, tags={"user": MARY, "other": FRIEND}, raise_on_error=False
    )
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "there")
    origin = RemoteInstigatorOrigin(repository, "inbox")
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING)
    instance.add_instigator_state(state)
    instance.create_tick(
        TickData(
            origin.get_id(),
            "inbox",
            InstigatorType.SENSOR,
            TickStatus.SKIPPED,
            datetime.now(UTC).timestamp(),
            selector_id=state.selector_id,
            skip_reason=f"nothing new of {MARY}",
            cursor=DEVICE,
        )
    )
    instance.daemon_cursor_storage.set_cursor_values({"newest": f'{{"user": "{MARY}"}}'})
    instance.add_dynamic_partitions("people", [MARY, FRIEND])
    instance.add_backfill(
        PartitionBackfill(
            backfill_id="b1",
            status=BulkActionStatus.COMPLETED_SUCCESS,
            from_failure=False,
            tags={"asked by": MARY},
            backfill_timestamp=datetime.now(UTC).timestamp(),
            asset_selection=[orders.key],
            partition_names=[MARY],
        )
    )
    return done.run_id


@contextmanager
def connected(server: tuple[str, Path]) -> Iterator[Any]:
    with closing(psycopg2.connect(server[0].replace("+psycopg2", ""))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def everything(server: tuple[str, Path]) -> dict[str, list[str]]:
    """table.column of every schema but PostgreSQL's own -> its values as text, what is packed unpacked."""
    found: dict[str, list[str]] = {}
    with connected(server) as cursor:
        cursor.execute(
            """select table_schema, table_name, column_name from information_schema.columns
            join information_schema.tables using (table_schema, table_name)
            where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'"""
        )
        for schema, table, column in cursor.fetchall():
            cursor.execute(f'select "{column}" from "{schema}"."{table}"')
            found[f"{table}.{column}"] = [shown(value) for (value,) in cursor.fetchall()]
    return found


def shown(value: Any) -> str:
    if isinstance(value, memoryview):
        try:
            return zlib.decompress(bytes(value)).decode()
        except zlib.error:
            return bytes(value).decode("utf-8", "replace")
    return str(value)


def saying(values: dict[str, list[str]], word: str) -> set[str]:
    return {column for column, texts in values.items() if any(word in text for text in texts)}


def files_saying(server: tuple[str, Path], word: str) -> list[Path]:
    """Files of tables and indexes in which the word stands, also in rows that are gone."""
    with connected(server) as cursor:
        cursor.execute("checkpoint")
    files = [path for path in (server[1] / "base").rglob("*") if path.is_file()]
    return [path for path in files if word.encode() in path.read_bytes()]


def test_no_column_says_the_person_and_dagster_reads_the_rest(
    server: tuple[str, Path], instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = remember(instance)
    monkeypatch.setattr(history_database, "_ROWS", 7)  # as if there were many
    before, company = everything(server), Company(landed_company(tmp_path / "data"))
    tables = {column.partition(".")[0] for column in saying(before, MARY) | saying(before, DEVICE)}
    assert tables >= {
        "event_logs", "runs", "run_tags", "job_ticks", "kvs", "dynamic_partitions", "bulk_actions",
        "asset_keys", "backfill_tags",
    }  # fmt: skip
    assert files_saying(server, MARY)
    company.erase(dry_run=True)
    listed = [text.partition(": table ")[2].split()[0] for text in company.said if "in PostgreSQL" in text]
    assert set(listed) == tables
    assert everything(server) == before

    company.erase()
    after = everything(server)
    tombstone = ErasedList.read(company.path).people[0]["tombstone"]  # type: ignore[union-attr]
    # The friend's name has hers within it.
    assert (
        saying({name: [text.replace(FRIEND, "") for text in texts] for name, texts in after.items()}, MARY)
        == set()
    )
    assert saying(after, DEVICE) == set()
    assert {name: len(texts) for name, texts in after.items()} == {
        n: len(texts) for n, texts in before.items()
    }
    assert saying(after, FRIEND) == saying(before, FRIEND)
    assert files_saying(server, DEVICE) == []
    assert "rewritten: table event_logs of Dagster's history in PostgreSQL" in company.said
    assert not any("yours to search" in text for text in company.said)
    # Dagster finds its way through what was rewritten.
    run = instance.get_run_by_id(run_id)
    assert run is not None
    assert (run.tags["user"], run.tags["other"]) == (tombstone, FRIEND)
    assert [each.run_id for each in instance.get_runs(dg.RunsFilter(tags={"user": tombstone}))] == [run_id]
    (materialized,) = instance.fetch_materializations(orders.key, limit=5).records
    assert materialized.asset_materialization is not None
    assert materialized.asset_materialization.metadata["rows"].value == {tombstone: [tombstone, FRIEND]}
    errors = [str(record.dagster_event) for record in instance.all_logs(run_id) if record.dagster_event]
    assert any(f"no refund for {tombstone}" in text for text in errors)
    assert set(instance.get_dynamic_partitions("people")) == {tombstone, FRIEND}
    (backfill,) = instance.get_backfills()
    assert backfill.tags == {"asked by": tombstone}


def test_a_killed_erasure_leaves_all_or_nothing_and_the_next_one_writes_every_table_anew(
    server: tuple[str, Path], instance: dg.DagsterInstance
) -> None:
    with connected(server) as cursor:
        cursor.execute(
            "insert into kvs (key, value) select 'k' || n, '\"mary-2001\" and much more' from generate_series(1, %s) n",
            [OTHERS],
        )
    names = {"mary-2001": "erased-1"}
    process = os.fork()
    if process == 0:
        replaced = 0

        def without(value: str | None, *rest: Any) -> str | None:
            nonlocal replaced
            replaced += 1
            if replaced == OTHERS:
                os._exit(9)
            return original(value, *rest)

        original, history_database._without = history_database._without, without
        erase_history(names, dry_run=False)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9
    assert sum("mary-2001" in text for text in everything(server)["kvs.value"]) == OTHERS
    # Killed behind its transaction: nothing is left to replace, but the old rows stand in the files.
    with connected(server) as cursor:
        cursor.execute("update kvs set value = replace(value, 'mary-2001', 'erased-1')")
    assert files_saying(server, "mary-2001")
    assert erase_history(names, dry_run=False, was_killed=True) == ([], [])
    assert files_saying(server, "mary-2001") == []


def test_an_erasure_without_the_database_is_finished_when_it_is_back(
    server: tuple[str, Path], instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.daemon_cursor_storage.set_cursor_values({"last": f"'{MARY}' was here"})
    company = Company(landed_company(tmp_path / "data"))
    monkeypatch.setenv("OPS_DAGSTER_POSTGRES_URL", "postgresql+psycopg2://me:secret@127.0.0.1:9/dagster")
    with pytest.raises(SourceError, match=r"in PostgreSQL: .*`make erase` finishes it") as error:
        company.erase()
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)
    with pytest.raises(SourceError, match="an erasure was interrupted"):
        freeze(company.folder.settings, "r", "1")
    monkeypatch.setenv("OPS_DAGSTER_POSTGRES_URL", server[0])
    company.erase("", "")
    values = everything(server)["kvs.value"]
    assert [text for text in values if f"'{MARY}'" in text] == []
    assert next(text for text in values if "was here" in text).startswith("'erased-")
    freeze(company.folder.settings, "r", "1")


def test_other_storages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    (home / "dagster.yaml").write_text((REPOSITORY / "dagster.yaml").read_text())
    assert erase_history({MARY: "erased-1"}, dry_run=False) == (
        [],
        ["SqliteRunStorage", "KeptSqliteEventLogStorage", "SqliteScheduleStorage"],
    )
