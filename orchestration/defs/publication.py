"""Publication as assets: the two tables it writes itself stand for the whole version."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from ingestion.manifest import Manifest
from orchestration.dbt_manifest import read_manifest
from orchestration.defs.freshness import PUBLICATION_HOURS, within
from orchestration.defs.resources import Workspace
from orchestration.progress import progress
from orchestration.publication.audit import audit_version
from orchestration.publication.public_tables import public_tables
from orchestration.publication.swap import Receipt, publish_version, remove_old_versions, scratch_folder
from orchestration.publication.verify import CheckOutcome, NotPublishable, verify
from orchestration.publication.write import (
    CHECK_COLUMNS,
    DATABASE,
    PUBLICATION_COLUMNS,
    Publication,
    write_version,
)

PUBLICATIONS, CHECKS = dg.AssetKey(["quality", "publications"]), dg.AssetKey(["quality", "checks"])
_WORDS = {
    PUBLICATIONS: "Every publication, with what it was built from. One row per publication_id.",
    CHECKS: "Results of asset checks at each publication. One row per publication_id, asset_key, check_name.",
}
_COLUMNS = {PUBLICATIONS: PUBLICATION_COLUMNS, CHECKS: CHECK_COLUMNS}


def published_tables(
    models: dg.AssetsDefinition, sources: Sequence[dg.AssetsDefinition]
) -> dg.AssetsDefinition:
    """The assets that publish; they come after the public dbt models and look at every check there is."""
    gates = {spec.key: spec.blocking for assets in (models, *sources) for spec in assets.check_specs}
    tables = public_tables(read_manifest())
    keys = [dg.AssetKey([table.schema, table.name]) for table in tables]
    specs = [
        dg.AssetSpec(
            key,
            deps=[dep for dep in keys if dep in models.keys] or list(models.keys),
            description=words,
            group_name="publication",
            owners=["team:data-engineering"],
            kinds={"duckdb", "parquet"},
            freshness_policy=within(PUBLICATION_HOURS),
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(name, kind, meaning) for name, (kind, meaning) in _COLUMNS[key].items()]
                )
            },
        )
        for key, words in _WORDS.items()
    ]

    @dg.multi_asset(name="publication", specs=specs)
    def publish(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[object]:
        settings = workspace.enter(context)
        data_dir = settings.data_dir
        progress.say("publication: verifies, writes, audits")
        outcomes = check_outcomes(context, gates)
        try:
            run = verify(data_dir, Manifest(data_dir).entries(), outcomes)
            publication = Publication.of(run, context.run_id)
            scratch = scratch_folder(data_dir, publication.publication_id)
            now_public = public_tables(read_manifest())
            rows = write_version(data_dir, scratch, publication, now_public, outcomes)
            audit_version(data_dir, scratch, now_public)
        except NotPublishable as error:
            raise dg.Failure(f"not published: {error}", allow_retries=False) from error
        receipt = Receipt(
            publication.publication_id,
            publication.published_at.isoformat(),
            run.as_of.isoformat(),
            context.run_id,
            run.fingerprint,
        )
        folder = publish_version(data_dir, scratch, receipt)
        remove_old_versions(data_dir)
        progress.say(f"publication: {len(rows)} tables, {sum(rows.values()):,} rows")
        metadata: dict[str, Any] = {
            "publication_id": publication.publication_id,
            "folder": dg.MetadataValue.path(str(folder)),
            "tables": len(rows),
        }
        for key in (PUBLICATIONS, CHECKS):
            own = {"dagster/row_count": _rows(folder / DATABASE, key)}
            yield dg.MaterializeResult(asset_key=key, metadata={**metadata, **own})

    return publish


def _rows(database: Path, key: dg.AssetKey) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        return int(connection.execute(f"select count(*) from {'.'.join(key.path)}").fetchall()[0][0])


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
