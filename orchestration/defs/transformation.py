"""The dbt project as assets: freeze the run set, one `dbt build`, row counts, and the record of a whole build."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DbtCliResource, dbt_assets

from ingestion.manifest import Manifest
from ingestion.settings import Settings
from orchestration.code_version import code_version
from orchestration.dbt_manifest import manifest_path, target_path
from orchestration.defs.ingestion import REFRESH
from orchestration.defs.resources import Workspace
from orchestration.freeze import WAREHOUSE, fingerprint, freeze
from orchestration.progress import progress
from orchestration.publication.swap import current_receipt

#: Unit tests belong to `make test`: they prove SQL, not data.
_BUILD = ["build", "--exclude-resource-type", "unit_test"]


def dbt_models() -> dg.AssetsDefinition:
    manifest = manifest_path()

    @dbt_assets(manifest=manifest, name="dbt_models")
    def models(context: dg.AssetExecutionContext, workspace: Workspace, dbt: DbtCliResource) -> Iterator[Any]:
        settings = workspace.enter(context)
        is_whole = not context.is_subset
        if is_whole and context.job_name == REFRESH and is_published(settings):
            context.log.info("nothing changed since the current publication: nothing to build")
            return
        warehouse = settings.data_dir / WAREHOUSE
        if is_whole or not warehouse.exists():
            freeze(settings, context.run_id, code_version())
        else:
            _reopen(warehouse)  # partial runs move nothing, and end the claim to a whole build
        progress.say("dbt: starts")
        yield from _build(context, dbt, settings, manifest=str(manifest))
        if is_whole:
            _close(warehouse, context.run_id)

    return models


def is_published(settings: Settings) -> bool:
    """Whether readers already see exactly what this run would build, and the warehouse still holds it."""
    receipt = current_receipt(settings.data_dir)
    if receipt is None or not (settings.data_dir / WAREHOUSE).exists():
        return False
    entries = Manifest(settings.data_dir).entries()
    return receipt.fingerprint == fingerprint(settings, entries, code_version())


def _build(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, settings: Settings, manifest: str
) -> Iterator[Any]:
    """dbt's events, kept back until it ends, so that each table is reported once, with its row count."""
    events: list[Any] = []
    built = tested = 0
    invocation = dbt.cli(_BUILD, context=context, target_path=target_path(), raise_on_error=False)
    try:
        for event in invocation.stream():
            events.append(event)
            built += isinstance(event, dg.Output)
            tested += isinstance(event, dg.AssetCheckResult)
            progress.say_sometimes(f"dbt: {built} tables and views built, {tested} checks ran")
    finally:
        yield from _with_row_counts(context, settings, events)
    error = invocation.get_error()
    if error is not None:
        failed = [event for event in events if isinstance(event, dg.AssetCheckResult) and not event.passed]
        names = ", ".join(str(event.check_name) for event in failed[:3])
        raise dg.Failure(
            f"dbt build failed{': ' + names if names else _first_error(invocation)}", allow_retries=False
        )
    progress.say(f"dbt: {built} tables and views built, {tested} checks ran")


def _with_row_counts(
    context: dg.AssetExecutionContext, settings: Settings, events: list[Any]
) -> Iterator[Any]:
    counts = row_counts(settings)
    for event in events:
        if isinstance(event, dg.Output):
            key = context.asset_key_for_output(event.output_name)
            if (rows := counts.get(tuple(key.path))) is not None:
                event = event.with_metadata({**event.metadata, "dagster/row_count": rows})
        yield event


def row_counts(settings: Settings) -> dict[tuple[str, ...], int]:
    """Rows of every table of the warehouse by (schema, name), read over one short connection."""
    with duckdb.connect(str(settings.data_dir / WAREHOUSE), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        if not tables:
            return {}
        query = " union all ".join(
            f"""select '{schema}', '{name}', count(*) from "{schema}"."{name}" """ for schema, name in tables
        )
        return {(schema, name): rows for schema, name, rows in connection.execute(query).fetchall()}


def _first_error(invocation: Any) -> str:
    """The error of the first node that failed, on one line."""
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:
        return " before it built anything: see the run's log"
    for result in results:
        if result["status"] == "error":
            return f" at {result['unique_id']}: {' '.join((result['message'] or '').split())[:300]}"
    return ": see the run's log"


def _reopen(warehouse: Any) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists meta")
        connection.execute(
            "create table if not exists meta.build (run_id varchar, fingerprint varchar, built_at timestamp)"
        )
        connection.execute("update meta.build set built_at = null")


def _close(warehouse: Any, run_id: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update meta.build set built_at = ? where run_id = ?", [now, run_id])
