"""What a warehouse needs beside its refresh: the weekly audit of all of history, and the monthly pruning."""

import dagster as dg

from ingestion.settings import Settings
from orchestration.audit import AuditFailed, audit
from orchestration.defs.resources import Workspace
from orchestration.pruning import end_of_keeping, prune

#: In the quiet hours before the daily refresh, which would wait for the lock.
AUDIT_CRON, PRUNE_CRON = "0 4 * * 0", "0 3 1 * *"


@dg.op(description="Checks with the tag `audit`: they read every row again. Fails when one does not hold.")
def audit_history(context: dg.OpExecutionContext, workspace: Workspace) -> None:
    settings = workspace.enter(context)
    try:
        audit(settings.data_dir)
    except AuditFailed as error:
        raise dg.Failure(f"{error} (stdout of this step)", allow_retries=False) from error


@dg.op(description="Removes what nobody reads again, as `make prune` does, and lists it in the log.")
def prune_leftovers(context: dg.OpExecutionContext, workspace: Workspace) -> None:
    settings = workspace.enter(context)
    freed = prune(settings.data_dir, context.instance, end_of_keeping(), dry_run=False, say=context.log.info)
    context.add_output_metadata({"freed_megabytes": round(freed / 1e6, 1)})


@dg.job(
    name="audit", description="All of history once more (make audit).", executor_def=dg.in_process_executor
)
def audit_job() -> None:
    audit_history()


@dg.job(
    name="prune",
    description="Old runs, reports and withdrawn raw files go, small raw files become one (make prune).",
    executor_def=dg.in_process_executor,
)
def prune_job() -> None:
    prune_leftovers()


def maintenance_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    return [
        dg.ScheduleDefinition(
            name=name,
            job=job,
            cron_schedule=cron,
            execution_timezone=settings.reporting_timezone,
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=words,
        )
        for name, job, cron, words in (
            ("weekly_audit", audit_job, AUDIT_CRON, "Sundays at 4: reads every row again."),
            ("monthly_pruning", prune_job, PRUNE_CRON, "On the first of a month at 3."),
        )
    ]
