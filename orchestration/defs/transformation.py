"""The dbt project as assets: freeze the run set, one `dbt build`, row counts, and the record of a whole build."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from ingestion.manifest import Manifest
from ingestion.settings import Settings
from orchestration.code_version import code_version
from orchestration.dbt_manifest import read_manifest, target_path
from orchestration.dbt_process import DbtFailed
from orchestration.dbt_threads import dbt_threads
from orchestration.defs.dbt_events import DbtEvents, problems
from orchestration.defs.dbt_integration import dbt_assets
from orchestration.defs.dbt_words import DbtWords
from orchestration.defs.resources import REFRESH, Workspace
from orchestration.expectations.judges import Judges
from orchestration.freeze import WAREHOUSE, fingerprint, freeze
from orchestration.progress import progress
from orchestration.publication.swap import current_receipt
from orchestration.warehouse_refusal import why_not_opened

#: Checks that read all of history again: `make audit` runs them, on a slower schedule than the refresh.
AUDIT = "audit"
#: Unit tests belong to `make test`: they prove SQL, not data.
_BUILD = ["build", "--exclude-resource-type", "unit_test", "--exclude", f"tag:{AUDIT}"]


def dbt_models() -> dg.AssetsDefinition:
    @dbt_assets(manifest=_built_by_a_refresh(), name="dbt_models", dagster_dbt_translator=DbtWords())
    def models(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[Any]:
        settings = workspace.enter(context)
        is_whole = not context.is_subset
        if is_whole and context.job_name == REFRESH and is_published(settings):
            context.log.info("nothing changed since the current publication: nothing to build")
            yield from _carried_over(context, settings)
            return
        warehouse = settings.data_dir / WAREHOUSE
        try:
            if is_whole or not warehouse.exists():
                batches = freeze(settings, context.run.run_id, code_version())
                if batches.whole:
                    context.log.info(f"everything is built again: {batches.whole}")
            else:
                _reopen(warehouse)  # partial runs move nothing, and end the claim to a whole build
        except duckdb.Error as error:
            raise dg.Failure(why_not_opened(error), allow_retries=False) from error
        if is_whole:
            Judges.start()  # for the KPIs, at publication: its import (5 s) runs beside dbt
        progress.say("dbt: starts")
        yield from _build(context, workspace, warehouse)
        if is_whole:
            _close(warehouse, context.run.run_id)

    return models


def _built_by_a_refresh() -> dict[str, Any]:
    """The manifest without the checks of `make audit`. Raises ManifestError."""
    manifest = read_manifest()
    nodes = {name: node for name, node in manifest["nodes"].items() if AUDIT not in node["tags"]}
    return {**manifest, "nodes": nodes}


def is_published(settings: Settings) -> bool:
    """Whether readers already see exactly what this run would build, and the warehouse still holds it."""
    receipt, warehouse = current_receipt(settings.data_dir), settings.data_dir / WAREHOUSE
    if receipt is None or not warehouse.exists():
        return False
    entries = Manifest(settings.data_dir).entries()
    if receipt.fingerprint != fingerprint(settings, entries, code_version()):
        return False
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            built = connection.execute(
                "select fingerprint from meta.build where built_at is not null"
            ).fetchall()
    except duckdb.Error:  # damaged, or never frozen: a whole build finds out
        return False
    return built == [(receipt.fingerprint,)]


def _carried_over(context: dg.AssetExecutionContext, settings: Settings) -> Iterator[dg.AssetCheckResult]:
    """The checks of the current publication once more: a run without them would show them as skipped."""
    receipt = current_receipt(settings.data_dir)
    if receipt is None:
        return
    with duckdb.connect(
        str(settings.data_dir / "published" / "current" / "ops.duckdb"), read_only=True
    ) as connection:
        results = connection.execute(
            """select asset_key, check_name, passed, severity, failed_rows, message
            from quality.checks where publication_id = ?""",
            [receipt.publication_id],
        ).fetchall()
    for asset, name, passed, severity, failed_rows, message in results:
        key = dg.AssetCheckKey(dg.AssetKey.from_user_string(asset), name)
        if key in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                asset_key=key.asset_key,
                check_name=name,
                passed=passed,
                severity=dg.AssetCheckSeverity(severity),
                description=f"Nothing changed since publication {receipt.publication_id}: its result.",
                metadata={"dagster_dbt/failed_row_count": failed_rows, "message": message},
            )


def _build(context: dg.AssetExecutionContext, workspace: Workspace, warehouse: Path) -> Iterator[Any]:
    """dbt's results as it goes: each table once, with its row count."""
    dbt_events = DbtEvents(context)
    built = tested = 0
    tables, checks = len(context.selected_asset_keys), len(context.selected_asset_check_keys)
    results = target_path() / "run_results.json"
    results.unlink(missing_ok=True)
    error = ""
    threads = str(dbt_threads(warehouse))
    try:
        for result, rows in workspace.dbt().invoke([*_BUILD, *dbt_events.arguments(), "--threads", threads]):
            for event in dbt_events.of(result, rows):
                built += isinstance(event, dg.Output)
                tested += isinstance(event, dg.AssetCheckResult)
                yield event
            progress.say_sometimes(
                f"dbt: {built} of {tables} tables and views built, {tested} of {checks} checks ran"
            )
    except DbtFailed as failed:
        error = str(failed)
    finally:
        workspace.dbt().close()  # before anybody else opens the warehouse
    wrong = [error] if error else problems(results, warehouse)
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise dg.Failure(f"dbt build failed: {', '.join(wrong[:3])}{more}", allow_retries=False)
    progress.say(f"dbt: {built} tables and views built, {tested} checks ran")


def _reopen(warehouse: Any) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists meta")
        connection.execute(
            "create table if not exists meta.build"
            " (run_id varchar, fingerprint varchar, config_hash varchar, built_at timestamp)"
        )
        connection.execute("update meta.build set built_at = null")


def _close(warehouse: Any, run_id: str) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update meta.build set built_at = ? where run_id = ?", [now, run_id])
