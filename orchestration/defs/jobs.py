"""The one job, and what starts it: the daily schedule and the inbox sensor."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import dagster as dg

from ingestion.errors import SourceError
from ingestion.inbox import InboxFile
from ingestion.ready_hours import USUAL_HOUR, ready_moment
from ingestion.settings import Settings
from ingestion.sources_config import load_sources
from orchestration.defs.ingestion import last_complete_date
from orchestration.defs.resources import REFRESH
from orchestration.late_accounts import late_accounts
from orchestration.pulling import unknown_files

_SENSOR_SECONDS = 60
#: So long after the last ready hour those that are late are asked again.
_AGAIN_AFTER_HOURS = (2, 5)
_UNDER_WAY = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED)


refresh_job = dg.define_asset_job(
    REFRESH,
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    description="Everything: raw, checks, dbt, publication, in one process. Its partition only names the day.",
    executor_def=dg.in_process_executor,
)


def daily_schedule(settings: Settings) -> dg.ScheduleDefinition:
    """At the usual hour always; at the ready hours after it, and twice later, for accounts that are late by then."""

    @dg.schedule(
        job=refresh_job,
        name="daily_refresh",
        cron_schedule=refresh_times(settings),
        execution_timezone=settings.reporting_timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Once a day, when yesterday is complete; again for accounts whose platform is ready later, or was "
        "late (`ready_hour` in sources.yaml, read when the definitions are loaded).",
    )
    def daily_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        now = Settings.from_environment()
        tick = context.scheduled_execution_time.astimezone(ZoneInfo(now.reporting_timezone))
        request = dg.RunRequest(partition_key=last_complete_date(now).isoformat())
        if (tick.hour, tick.minute) == (USUAL_HOUR, 0):
            return request
        late = late_accounts(now)
        if not late:
            return dg.SkipReason("every account has what its platform has")
        under_way = dg.RunsFilter(job_name=REFRESH, statuses=[*_UNDER_WAY])
        if context.instance.get_runs_count(under_way):
            return dg.SkipReason(f"a refresh is under way; late: {', '.join(late)}")
        return request

    return daily_refresh


def refresh_times(settings: Settings) -> list[str]:
    """Cron lines in the reporting time zone: the usual hour, ready hours after it, and those of asking again."""
    try:
        accounts = load_sources(settings.data_dir).accounts
    except SourceError:  # every refresh says so; the graph has to load all the same
        accounts = ()
    zone = ZoneInfo(settings.reporting_timezone)
    moments = [
        ready_moment(account, account.platform, settings.as_of, settings.reporting_timezone).astimezone(zone)
        for account in accounts
    ]
    ready = sorted({(moment.hour, moment.minute) for moment in moments if moment.hour >= USUAL_HOUR})
    last_hour, last_minute = ready[-1] if ready else (USUAL_HOUR, 0)
    again = [(last_hour + hours, last_minute) for hours in _AGAIN_AFTER_HOURS if last_hour + hours < 24]
    times = sorted({(USUAL_HOUR, 0), *ready, *(again if accounts else ())})
    return [f"{minute} {hour} * * *" for hour, minute in times]


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
