"""One multi-asset per source: pull, land, judge. Keys are raw/<source>/<entity>, one asset per contract."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import Contract
from ingestion.contracts import CONTRACTS
from ingestion.errors import SourceError
from ingestion.manifest import BatchEntry, Manifest
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.platforms import PLATFORMS
from orchestration.arrival import Arrival, review, unbalanced_files
from orchestration.defs.batch_metadata import batch_metadata
from orchestration.defs.freshness import freshness_of
from orchestration.defs.quality import check_results, check_specs
from orchestration.defs.resources import REFRESH, Workspace
from orchestration.progress import progress
from orchestration.pulling import (
    API_SOURCES,
    DATABASE_SOURCES,
    SOURCES,
    PullContext,
    pull_source,
)
from orchestration.quality_pages.results import keep
from orchestration.quality_pages.write import page_of, write_pages

_FIRST_PARTITION = date(2020, 1, 1)
#: The tables that are partitioned by report date, so that a backfill of dates can be asked for in the UI.
_PARTITIONED = {(platform.source, "ad_performance") for platform in PLATFORMS}


def last_complete_date(settings: Settings) -> date:
    """The day before as-of in the business time zone: the partition that a refresh run is named after."""
    return settings.as_of.astimezone(ZoneInfo(settings.reporting_timezone)).date() - timedelta(days=1)


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """All days up to as-of, which may lie after the machine's clock (the demo, a replay)."""
    zone = ZoneInfo(settings.reporting_timezone)
    first = min(_FIRST_PARTITION, last_complete_date(settings))
    ahead = (settings.as_of.astimezone(zone).date() - datetime.now(UTC).astimezone(zone).date()).days
    return dg.DailyPartitionsDefinition(
        first.isoformat(), timezone=settings.reporting_timezone, end_offset=max(1, ahead + 1)
    )


def source_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    partitions = daily_partitions(settings)
    return [_source_asset(source, partitions) for source in SOURCES]


def _source_asset(source: str, partitions: dg.DailyPartitionsDefinition) -> dg.AssetsDefinition:
    contracts = [contract for contract in CONTRACTS if contract.source == source]
    specs = [_spec(contract, partitions) for contract in contracts]

    @dg.multi_asset(
        name=f"raw_{source}",
        specs=specs,
        check_specs=check_specs(source, specs[0].key),
        can_subset=True,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def raw_source(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[object]:
        settings = workspace.enter(context)
        dates = _dates_to_pull(context)
        try:
            pulled = pull_source(source, PullContext(settings, workspace.demo_base_url, dates))
        except SourceError as error:
            _judge(settings, source)  # what other accounts landed before counts
            raise dg.Failure(
                f"{source}: {str(error).removeprefix(source + ': ')}", allow_retries=False
            ) from error
        arrival = _judge(settings, source)
        batches = Manifest(settings.data_dir).entries(source)
        new = [batch for batch in batches if batch.batch_id in arrival.reviewed]
        unbalanced = unbalanced_files(
            settings, [b for b in batches if b in new or b.batch_id in arrival.held]
        )
        progress.say(_summary(source, new))
        for spec, contract in zip(specs, contracts, strict=True):
            if spec.key in context.selected_asset_keys:
                yield from _materializations(context, settings, spec, contract, batches, new)
        for result in check_results(
            source,
            specs[0].key,
            pulled,
            arrival,
            unbalanced,
            page_of(settings, source, next(iter(arrival.held), "")),
        ):
            if dg.AssetCheckKey(specs[0].key, str(result.check_name)) in context.selected_asset_check_keys:
                yield result

    return raw_source


def _spec(contract: Contract, partitions: dg.DailyPartitionsDefinition) -> dg.AssetSpec:
    is_partitioned = (contract.source, contract.entity) in _PARTITIONED
    return dg.AssetSpec(
        ["raw", contract.source, contract.entity],
        description=contract.description,
        group_name="ingestion",
        owners=["team:data-engineering"],
        kinds={"python", "parquet"},
        partitions_def=partitions if is_partitioned else None,
        freshness_policy=freshness_of(contract.source),
        metadata={"dagster/column_schema": _column_schema(contract), "key": ", ".join(contract.key)},
    )


def _column_schema(contract: Contract) -> dg.TableSchema:
    fields: list[pa.Field] = list(contract.schema)
    return dg.TableSchema(
        [
            dg.TableColumn(
                field.name,
                str(field.type),
                (field.metadata or {}).get(b"description", b"").decode(),
                dg.TableColumnConstraints(nullable=field.nullable),
            )
            for field in fields
        ]
    )


def _dates_to_pull(context: dg.AssetExecutionContext) -> list[date] | None:
    """The dates of a backfill. A refresh has a partition only as its name: the source knows what it needs."""
    if context.job_name == REFRESH or not (context.has_partition_key or context.has_partition_key_range):
        return None
    keys = context.partition_keys if context.has_partition_key_range else [context.partition_key]
    return [date.fromisoformat(key) for key in keys]


def _judge(settings: Settings, source: str) -> Arrival:
    arrival = review(settings, source)
    _tell(settings, source, arrival)
    for batch_id, reason in arrival.held.items():
        progress.say(f"{source}: batch {batch_id} is held: {reason}")
    return arrival


def _tell(settings: Settings, source: str, arrival: Arrival) -> None:
    """What the suite said of the new batches, as results and a page under reports/quality/."""
    if not arrival.judged:
        return
    for entry, judgement in arrival.judged:
        files = [file.file_name for file in entry.files if file.entity != "pulls"]
        keep(settings.data_dir, source, entry.batch_id, datetime.now(UTC).isoformat(), files, judgement)
    write_pages(settings, source)


def _summary(source: str, new: list[BatchEntry]) -> str:
    files = [file for batch in new for file in batch.files]
    landed, quarantined = (
        sum(file.rows_landed for file in files),
        sum(file.rows_quarantined for file in files),
    )
    if not files:
        return f"{source}: nothing new"
    what = "answers" if source in API_SOURCES else "tables" if source in DATABASE_SOURCES else "files"
    aside = f", {quarantined:,} quarantined" if quarantined else ""
    names = {(file.entity, file.file_name) for file in files}
    return f"{source}: {landed:,} rows landed from {len(names):,} {what}{aside}"


def _materializations(
    context: dg.AssetExecutionContext,
    settings: Settings,
    spec: dg.AssetSpec,
    contract: Contract,
    batches: list[BatchEntry],
    new: list[BatchEntry],
) -> Iterator[object]:
    """The asset's result with counts; and for each further date that a pull brought whole, its partition."""
    files = [file for batch in new for file in batch.files if file.entity == contract.entity]
    accepted = [file for batch in batches if batch.state == "accepted" for file in batch.files]
    counts = ("rows_read", "rows_landed", "rows_duplicate", "rows_quarantined", "rows_blank")
    metadata: dict[str, Any] = {
        "dagster/row_count": sum(file.rows_landed for file in accepted if file.entity == contract.entity),
        "batches": len(new),
        **{name: sum(getattr(file, name) for file in files) for name in counts},
        **batch_metadata(settings.data_dir, contract, new),
    }
    if spec.partitions_def is not None and context.job_name == REFRESH:
        for day in sorted(_whole_days(settings, contract.entity, new) - {context.partition_key}):
            context.log_event(dg.AssetMaterialization(spec.key, partition=day))
    yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)


def _whole_days(settings: Settings, entity: str, new: list[BatchEntry]) -> set[str]:
    paths = {
        settings.data_dir / file.raw_path
        for batch in new
        for file in batch.files
        if file.entity == "pulls" and file.raw_path
    }
    return {
        row["report_date"].isoformat()
        for path in paths
        for row in pq.read_table(path, columns=["entity", "report_date", "status"]).to_pylist()
        if row["entity"] == entity and row["status"] == "complete" and row["report_date"]
    }
