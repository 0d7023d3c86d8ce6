"""Marks runs as failed whose process was killed.

Dagster's run monitoring asks the run launcher, and the default launcher cannot tell; such a run would stay
"started" for good and, with one run allowed at a time, keep every scheduled run in the queue.
"""

import os
import socket

import dagster as dg

from orchestration.lock import is_alive

#: '<host>:<process id>' of the process that executes a run.
PROCESS_TAG = "ops/process"


def process_tag() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def fail_killed_runs(instance: dg.DagsterInstance) -> list[str]:
    """Run ids that were begun by a process of this machine that is gone."""
    begun = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    killed = [run for run in begun if _is_gone(run.tags.get(PROCESS_TAG, ""))]
    for run in killed:
        instance.report_run_failed(run, "The process of this run was killed. Nothing was published by it.")
    return [run.run_id for run in killed]


def _is_gone(tag: str) -> bool:
    host, _, pid = tag.rpartition(":")
    return host == socket.gethostname() and pid.isdigit() and not is_alive(int(pid))
