"""Publication as assets: the tables it writes itself stand for the whole version."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from ingestion.manifest import Manifest
from ingestion.settings import Settings
from orchestration.dbt_manifest import read_manifest
from orchestration.defs.freshness import PUBLICATION_HOURS, within
from orchestration.defs.quality import link_to
from orchestration.defs.resources import Workspace
from orchestration.expectations.judges import Judges
from orchestration.expectations.suite import Frame, Judgement
from orchestration.progress import progress
from orchestration.publication.guard import ASSET, CHECKS, guard
from orchestration.publication.own_tables import OWN_TABLES
from orchestration.publication.public_tables import public_tables
from orchestration.publication.publish import publish as publish_now
from orchestration.publication.verify import CheckOutcome, NotPublishable, verify
from orchestration.publication.write import DATABASE
from orchestration.quality_pages.results import keep
from orchestration.quality_pages.write import page_of, write_pages

#: The suite of the KPIs, as its page is called.
KPIS = "kpis"


def published_tables(
    models: dg.AssetsDefinition, sources: Sequence[dg.AssetsDefinition]
) -> dg.AssetsDefinition:
    """The assets that publish; they come after the public dbt models and look at every check there is."""
    gates = {spec.key: spec.blocking for assets in (models, *sources) for spec in assets.check_specs}
    tables = public_tables(read_manifest())
    keys = [dg.AssetKey([table.schema, table.name]) for table in tables]
    specs = [
        dg.AssetSpec(
            address.split("."),
            deps=[dep for dep in keys if dep in models.keys] or list(models.keys),
            description=words,
            group_name="publication",
            owners=["team:data-engineering"],
            kinds={"duckdb", "parquet"},
            freshness_policy=within(PUBLICATION_HOURS),
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(name, kind, meaning) for name, (kind, meaning) in columns.items()]
                )
            },
        )
        for address, (words, columns) in OWN_TABLES.items()
    ]

    checks = [
        dg.AssetCheckSpec(
            name, asset=dg.AssetKey.from_user_string(ASSET), description=words, blocking=blocking
        )
        for name, (words, blocking) in CHECKS.items()
    ]

    @dg.multi_asset(name="publication", specs=specs, check_specs=checks)
    def publish(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[object]:
        settings = workspace.enter(context)
        data_dir = settings.data_dir
        progress.say("publication: verifies, judges the KPIs, writes, audits")
        outcomes = check_outcomes(context, gates)
        try:
            verify(data_dir, Manifest(data_dir).entries(), outcomes)
            judged = guard(data_dir, partial(_judge, settings, context.run.run_id))
            page = link_to(page_of(settings, KPIS))
            yield from (_result(outcome, page) for outcome in judged)
            done = publish_now(
                data_dir, context.run.run_id, public_tables(read_manifest()), [*outcomes, *judged]
            )
        except NotPublishable as error:
            raise dg.Failure(f"not published: {error}", allow_retries=False) from error
        progress.say(f"publication: {len(done.rows)} tables, {sum(done.rows.values()):,} rows")
        if done.pseudonyms.warning:
            progress.say(f"warning: {done.pseudonyms.warning}")
        metadata: dict[str, Any] = {
            "publication_id": done.publication.publication_id,
            "folder": dg.MetadataValue.path(str(done.folder)),
            "tables": len(done.rows),
            "pseudonyms": done.pseudonyms.count,
        }
        for address in OWN_TABLES:
            own = {"dagster/row_count": _rows(done.folder / DATABASE, address)}
            yield dg.MaterializeResult(asset_key=address.split("."), metadata={**metadata, **own})

    return publish


def _judge(settings: Settings, run_id: str, suite: str, frames: list[Frame]) -> Judgement:
    """As the guard judges, with a page of the results."""
    judgement, now = Judges.judge(suite, frames), datetime.now(UTC)
    keep(settings.data_dir, KPIS, f"{now:%Y%m%dT%H%M%S}-{run_id[:8]}", now.isoformat(), [], judgement)
    write_pages(settings, KPIS)
    return judgement


def _result(outcome: CheckOutcome, page: Mapping[str, dg.MetadataValue]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey.from_user_string(outcome.asset_key),
        check_name=outcome.name,
        passed=bool(outcome.passed),
        severity=dg.AssetCheckSeverity(outcome.severity),
        metadata={"failed_rows": outcome.failed_rows, "message": outcome.message, **page},
    )


def _rows(database: Path, address: str) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        return int(connection.execute(f"select count(*) from {address}").fetchall()[0][0])


def check_outcomes(
    context: dg.AssetExecutionContext, gates: Mapping[dg.AssetCheckKey, bool]
) -> list[CheckOutcome]:
    """The newest result of every asset check there is, whichever run made it."""
    keys = sorted(gates)
    records = context.instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return [_outcome(key, records.get(key), gates[key]) for key in keys]


def _outcome(key: dg.AssetCheckKey, record: Any, is_blocking: bool) -> CheckOutcome:
    """A raw gate without a result counts as failed: nobody knows. A whole dbt build had all of dbt's."""
    name = key.asset_key.to_user_string()
    evaluation = record.event.dagster_event.event_specific_data if record and record.event else None
    if evaluation is None or not hasattr(evaluation, "passed"):
        passed = False if is_blocking and key.asset_key.path[0] == "raw" else None
        message = "never ran" if record is None else "did not finish"
        return CheckOutcome(name, key.name, passed, is_blocking, message=message)
    facts = {label: value.value for label, value in evaluation.metadata.items()}
    return CheckOutcome(
        asset_key=name,
        name=key.name,
        passed=evaluation.passed,
        is_blocking=is_blocking and evaluation.severity == dg.AssetCheckSeverity.ERROR,
        severity=evaluation.severity.value,
        failed_rows=int(facts.get("failed_rows", facts.get("dagster_dbt/failed_row_count", 0)) or 0),
        message=str(facts.get("message") or evaluation.description or ""),
    )
