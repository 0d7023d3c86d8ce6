"""`make dev` with its daemon: a run that is killed or cancelled is noticed, and the one behind it goes on."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from orchestration.killed_runs import PROCESS_TAG
from orchestration.lock import WriterLock, is_alive
from tests.integration.dagster_services import Services, dagster_services

#: What the issue allows between a kill and the next run, and `make dev` to the graph in CPU of all its processes.
NEXT_RUN_SECONDS, GRAPH_CPU_SECONDS = 120, 20
SLOW, QUICK = "raw/meta_ads/account_performance", "raw/ops_workbook/apps"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Path]:
    """A data folder with one account of a platform that takes every question and never answers."""
    taken: list[socket.socket] = []

    def take(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                taken.append(listening.accept()[0])

    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        threading.Thread(target=take, args=(listening,), daemon=True).start()
        (tmp_path / "sources.yaml").write_text(
            f"""ad_accounts:
  - platform: meta_ads
    account_id: "1"
    endpoint: http://127.0.0.1:{listening.getsockname()[1]}
    credentials: {{access_token: META_ADS_ACCESS_TOKEN}}
""",
            "utf-8",
        )
        yield tmp_path
    for connection in taken:
        connection.close()


def worker_of(services: Services, run_id: str) -> int:
    """Process id of the run that asks the platform."""
    services.first_step_at(run_id)

    def tag() -> str:
        return next((t["value"] for t in services.run(run_id)["tags"] if t["key"] == PROCESS_TAG), "")

    return int(services.wait(tag).split(":")[1])


def launch_two(services: Services) -> tuple[str, int, str]:
    """A run that asks the silent platform, its process, and the run that waits in the queue behind it."""
    slow = services.launch([SLOW])
    worker = worker_of(services, slow)
    behind = services.launch([QUICK])
    time.sleep(5)
    assert services.run(behind)["status"] == "QUEUED", "one run writes"
    return slow, worker, behind


def test_the_next_run_goes_on_after_a_kill_a_cancellation_and_a_kill_of_everything(company: Path) -> None:
    with dagster_services(company, META_ADS_ACCESS_TOKEN="a token") as services:
        services.wait_for_graph()
        assert services.cpu_seconds() < GRAPH_CPU_SECONDS

        slow, worker, behind = launch_two(services)
        killed_at = time.time()
        os.kill(worker, signal.SIGKILL)
        assert services.first_step_at(behind) - killed_at < NEXT_RUN_SECONDS
        assert (services.finished(behind), services.finished(slow)) == ("SUCCESS", "FAILURE")

        slow, worker, behind = launch_two(services)
        cancelled_at = time.time()
        services.terminate(slow)
        assert services.first_step_at(behind) - cancelled_at < NEXT_RUN_SECONDS
        assert (services.finished(behind), services.finished(slow)) == ("SUCCESS", "CANCELED")
        assert not is_alive(worker)

        slow, worker, behind = launch_two(services)
        os.killpg(services.process.pid, signal.SIGKILL)  # as a reboot does: nobody is left who saw it
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)

    with dagster_services(company, META_ADS_ACCESS_TOKEN="a token") as services:
        began_again = time.time()
        services.wait_for_graph()
        assert services.first_step_at(behind) - began_again < NEXT_RUN_SECONDS
        assert (services.finished(behind), services.finished(slow)) == ("SUCCESS", "FAILURE")
    with WriterLock(company, "the test"):
        pass
