"""A run whose process is gone is failed, its number given anew or not; what lives or is elsewhere is left alone."""

import os
import subprocess
import sys

import dagster as dg
from dagster._core.events import EngineEventData
from dagster._core.storage.tags import GRPC_INFO_TAG

from orchestration.killed_runs import PROCESS_TAG, fail_killed_runs, process_tag


@dg.op
def nothing() -> None: ...


@dg.job
def small() -> None:
    nothing()


def begun(instance: dg.DagsterInstance, **tags: str) -> str:
    run = instance.create_run_for_job(small, status=dg.DagsterRunStatus.STARTED, tags=tags)
    return run.run_id


def test_only_the_run_of_a_process_that_is_gone_is_failed() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host, _, _ = process_tag().partition(":")
    with dg.DagsterInstance.ephemeral() as instance:
        killed = begun(instance, **{PROCESS_TAG: f"{host}:{ended.pid}"})
        alive = begun(instance, **{PROCESS_TAG: process_tag()})
        elsewhere = begun(instance, **{PROCESS_TAG: f"another-machine:{ended.pid}"})
        unknown = begun(instance)
        given_anew = begun(instance, **{PROCESS_TAG: f"{host}:{os.getpid()}:1@before"})
        untold = begun(instance, **{GRPC_INFO_TAG: '{"host": "localhost", "socket": "/tmp/x"}'})
        run = instance.get_run_by_id(untold)
        assert run is not None
        instance.report_engine_event("began", run, EngineEventData.in_process(ended.pid))
        assert set(fail_killed_runs(instance)) == {killed, given_anew, untold}
        states = {run.run_id: run.status for run in instance.get_runs()}
    assert {states[run] for run in (killed, given_anew, untold)} == {dg.DagsterRunStatus.FAILURE}
    assert {states[run] for run in (alive, elsewhere, unknown)} == {dg.DagsterRunStatus.STARTED}
