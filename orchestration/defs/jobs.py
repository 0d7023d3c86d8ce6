"""The one job, and what starts it: the daily schedule and the inbox sensor."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

import dagster as dg

from ingestion.inbox import InboxFile
from ingestion.settings import Settings
from orchestration.defs.ingestion import last_complete_date
from orchestration.defs.resources import REFRESH
from orchestration.pulling import unknown_files

#: Hour of the business day at which yesterday's feeds are expected to be there.
READY_HOUR = 8
_SENSOR_SECONDS = 60


refresh_job = dg.define_asset_job(
    REFRESH,
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    description="Everything: raw, checks, dbt, publication, in one process. Its partition only names the day.",
    executor_def=dg.in_process_executor,
)


def daily_schedule(settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        job=refresh_job,
        name="daily_refresh",
        cron_schedule=f"0 {READY_HOUR} * * *",
        execution_timezone=settings.reporting_timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Once a day, when yesterday is complete.",
    )
    def daily_refresh() -> dg.RunRequest:
        return dg.RunRequest(partition_key=last_complete_date(Settings.from_environment()).isoformat())

    return daily_refresh


def inbox_sensor() -> dg.SensorDefinition:
    @dg.sensor(
        job=refresh_job,
        name="inbox_has_new_files",
        minimum_interval_seconds=_SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Refreshes when files that were never landed lie in the inbox and have stopped growing.",
    )
    def inbox_has_new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        settings = Settings.from_environment()
        return look(unknown_files(settings), context.cursor, last_complete_date(settings))

    return inbox_has_new_files


def look(files: Sequence[InboxFile], cursor: str | None, day: date) -> dg.SensorResult | dg.SkipReason:
    """Ask for a run when the second look finds the same new files as the first; once for each such set."""
    if not files:
        return dg.SkipReason("no new file in the inbox")
    facts = sorted((file.name, file.size, file.modified_ns) for file in files)
    seen = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    if cursor != seen:
        return dg.SensorResult(skip_reason=f"{len(files)} new file(s), perhaps still growing", cursor=seen)
    return dg.SensorResult([dg.RunRequest(run_key=seen, partition_key=day.isoformat())], cursor=seen)
