"""Notices runs whose process was killed, so that they fail and the next one goes on.

Dagster's default launcher cannot tell: after a kill of everything (a reboot, too little memory) such a run would stay
"started" for good and, with one run allowed at a time, keep every scheduled run in the queue. `WatchingRunLauncher`
answers run monitoring, which asks about each run every few seconds (dagster.yaml).
"""

import os
import socket
from pathlib import Path

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG

from orchestration.lock import is_alive

#: '<host>:<process id>:<when it started>' of the process that executes a run.
PROCESS_TAG = "ops/process"
KILLED = "The process of this run was killed. Nothing was published by it."


class WatchingRunLauncher(DefaultRunLauncher):
    """The default launcher, which also knows whether a run's process is there. For runs of this machine."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        if is_gone(self._instance, run):
            return CheckRunHealthResult(WorkerStatus.FAILED, KILLED)
        return CheckRunHealthResult(WorkerStatus.RUNNING)

    def get_run_worker_debug_info(
        self, run: dg.DagsterRun, include_container_logs: bool | None = True
    ) -> None:
        """Nothing that its log does not say."""


def process_tag() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def fail_killed_runs(instance: dg.DagsterInstance) -> list[str]:
    """Run ids that were begun by a process of this machine that is gone."""
    begun = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    killed = [run for run in begun if is_gone(instance, run)]
    for run in killed:
        instance.report_run_failed(run, KILLED)
    return [run.run_id for run in killed]


def is_gone(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether a process of this machine began the run and has ended; its number may have been given anew."""
    host, _, process = run.tags.get(PROCESS_TAG, "").partition(":")
    pid, _, started = process.partition(":")
    if not host:  # killed before its first step, which writes the tag
        return _begun_by_nobody(instance, run)
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return not is_alive(int(pid)) or bool(started and started != _started(int(pid)))


def _begun_by_nobody(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether the process that the code server of this machine named in the run's log has ended."""
    if '"socket"' not in run.tags.get(GRPC_INFO_TAG, ""):  # a code server of another machine has a port
        return False
    events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
    pids = [
        str(event.dagster_event.engine_event_data.metadata["pid"].value)
        for event in events
        if event.dagster_event and "pid" in event.dagster_event.engine_event_data.metadata
    ]
    return bool(pids) and pids[-1].isdigit() and not is_alive(int(pids[-1]))


def _started(pid: int) -> str:
    """Ticks from boot to the start of the process, and the boot; '' where the system does not tell (no /proc)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return f"{fields[19]}@{Path('/proc/sys/kernel/random/boot_id').read_text()[:8]}"
    except (OSError, IndexError):
        return ""
