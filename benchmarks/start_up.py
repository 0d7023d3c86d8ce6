"""How long `make dev` takes to show the asset graph, and a launch from the UI to start its first asset.

`python -m benchmarks.start_up [data folder]`: wall and CPU seconds (every process of `make dev`, user and system),
asked over GraphQL as the UI asks. Without a folder it works in a temporary one, where nothing was ever pulled.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.integration.dagster_services import Services, dagster_services

LAUNCHES = 3
#: A table of the workbook: its run has next to nothing to do.
ASSET = "raw/ops_workbook/apps"


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        data_dir = Path(arguments[0] if arguments else temporary).absolute()
        started = time.time()
        with dagster_services(data_dir, **_demo(data_dir)) as services:
            assets = services.wait_for_graph()
            _say("make dev to the graph", time.time() - started, services.cpu_seconds())
            print(f"  {assets} assets")
            time.sleep(20)  # what starts behind the graph
            _say("the same, 20 s later", 0, services.cpu_seconds())
            for number in range(LAUNCHES):
                _launch(services, f"launch {number + 1} to its first asset")
    return 0


def _launch(services: Services, words: str) -> None:
    before, asked = services.cpu_seconds(), time.time()
    run_id = services.launch([ASSET])
    began = services.first_step_at(run_id)
    _say(words, began - asked, services.cpu_seconds() - before)
    services.finished(run_id)


def _demo(data_dir: Path) -> dict[str, str]:
    from orchestration.environment import demo_as_of

    return {"OPS_AS_OF": demo_as_of(data_dir)} if (data_dir / "company" / "demo.json").exists() else {}


def _say(words: str, wall: float, cpu: float) -> None:
    print(f"  {words:<32} {wall:7.1f} s {cpu:7.1f} s CPU", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
