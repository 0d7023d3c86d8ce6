"""`make dev` as a person has it: web server, daemon, code server on a free port, asked over GraphQL as the UI asks."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.integration.pipeline import REPOSITORY

Found = TypeVar("Found")
PATIENCE_SECONDS = 240
SELECTOR = {
    "repositoryName": "__repository__",
    "repositoryLocationName": "orchestration.definitions",
}
_GRAPH = """query Graph { assetNodes { id assetKey { path } groupName }
  workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError { __typename
    ... on PythonError { message } } } } } }"""
_LAUNCH = """mutation LaunchPipelineExecution($executionParams: ExecutionParams!) {
  launchPipelineExecution(executionParams: $executionParams) { __typename
    ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } } } }"""
_RUN = """query Run($runId: ID!) { runOrError(runId: $runId) { ... on Run { status startTime
  stepStats { stepKey startTime } tags { key value } } } }"""
_TERMINATE = """mutation Terminate($runId: String!) { terminateRun(runId: $runId) { __typename
  ... on PythonError { message } ... on TerminateRunFailure { message } } }"""
FINISHED = ("SUCCESS", "FAILURE", "CANCELED")


class Services:
    """A running `make dev`. Times are epoch seconds of this machine."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process, self.log = process, log

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of one GraphQL answer. Raises URLError while nobody listens."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            told = json.load(answer)
        assert "errors" not in told, told["errors"]
        return dict(told["data"])

    def wait_for_graph(self) -> int:
        """How many assets the UI shows, once it shows any."""

        def assets() -> int:
            with suppress(URLError, ConnectionError, TimeoutError):
                told = self.ask(_GRAPH)
                for entry in told["workspaceOrError"]["locationEntries"]:
                    loaded = entry["locationOrLoadError"] or {}
                    assert loaded.get("__typename") != "PythonError", loaded["message"]
                return len(told["assetNodes"])
            return 0

        return self.wait(assets, every=0.25)

    def launch(
        self,
        assets: Sequence[str],
        job: str = "__ASSET_JOB",
        dates: tuple[str, str] | None = None,
        tags: dict[str, str] | None = None,
    ) -> str:
        """Press "Materialize": assets as 'raw/<source>/<entity>', a range of dates where they have partitions."""
        asked = {**(tags or {})}
        if dates:
            asked |= {
                "dagster/asset_partition_range_start": dates[0],
                "dagster/asset_partition_range_end": dates[1],
            }
        keys = [{"path": key.split("/")} for key in assets]
        selector = {
            **SELECTOR,
            "pipelineName": job,
            **({"assetSelection": keys} if keys else {}),
        }
        told = self.ask(
            _LAUNCH,
            executionParams={
                "mode": "default",
                "runConfigData": {},
                "selector": selector,
                "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in asked.items()]},
            },
        )["launchPipelineExecution"]
        assert told["__typename"] == "LaunchRunSuccess", told
        return str(told["run"]["runId"])

    def run(self, run_id: str) -> dict[str, Any]:
        """status, startTime, stepStats, tags of a run."""
        return dict(self.ask(_RUN, runId=run_id)["runOrError"])

    def first_step_at(self, run_id: str) -> float:
        """When the run's first asset began, waited for."""

        def began() -> float:
            run = self.run(run_id)
            times = [step["startTime"] for step in run["stepStats"] if step["startTime"]]
            assert times or run["status"] not in FINISHED, run
            return min(times, default=0.0)

        return self.wait(began, every=0.25)

    def finished(self, run_id: str) -> str:
        """The last status of the run, waited for."""

        def status() -> str:
            told = str(self.run(run_id)["status"])
            return told if told in FINISHED else ""

        return self.wait(status)

    def terminate(self, run_id: str) -> None:
        told = self.ask(_TERMINATE, runId=run_id)["terminateRun"]
        assert told["__typename"] == "TerminateRunSuccess", told

    def wait(
        self, found: Callable[[], Found], every: float = 0.5, seconds: float = PATIENCE_SECONDS
    ) -> Found:
        """What `found` gives once it is something. Raises TimeoutError with the end of what was printed."""
        deadline = time.monotonic() + seconds
        while not (result := found()):
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            if time.monotonic() > deadline:
                raise TimeoutError(self.log.read_text()[-3000:])
            time.sleep(every)
        return result

    def cpu_seconds(self) -> float:
        """Of the process group and all its ended children, user and system."""
        return cpu_seconds_of_session(self.process.pid)


def cpu_seconds_of_session(leader: int) -> float:
    """CPU seconds of every process whose session is `leader`'s, with their waited-for children."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == leader:
                    ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _port_of_its_own() -> int:
    """From the kernel: two workers that look for the first free one at once find the same one."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def dagster_services(data_dir: Path, **variables: str) -> Iterator[Services]:
    """`make dev` on a data folder until the block ends. The variables of make itself do not reach it."""
    port = _port_of_its_own()
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPS_", "DAGSTER_", "DBT_"))
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "dev.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.dev", "--port", str(port)],
            cwd=REPOSITORY,
            env={**inherited, "OPS_DATA_DIR": str(data_dir), **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield Services(port, process, log)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
