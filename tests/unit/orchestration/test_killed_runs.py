"""A run whose process is gone is failed; one that lives, or that another machine has, is left alone."""

import subprocess
import sys

import dagster as dg

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
    host, _, _ = process_tag().rpartition(":")
    with dg.DagsterInstance.ephemeral() as instance:
        killed = begun(instance, **{PROCESS_TAG: f"{host}:{ended.pid}"})
        alive = begun(instance, **{PROCESS_TAG: process_tag()})
        elsewhere = begun(instance, **{PROCESS_TAG: f"another-machine:{ended.pid}"})
        unknown = begun(instance)
        assert fail_killed_runs(instance) == [killed]
        states = {run.run_id: run.status for run in instance.get_runs()}
    assert states[killed] == dg.DagsterRunStatus.FAILURE
    assert {states[run] for run in (alive, elsewhere, unknown)} == {dg.DagsterRunStatus.STARTED}
