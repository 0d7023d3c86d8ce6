"""Nothing wrong gets out: held batches, killed runs, readers during a publication, partial runs from the UI.

One story on one copied company, since each whole build takes half a minute: two arrivals are held; a person
decides about both; the next run is killed in dbt, the one after it in publication; the last one publishes.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.integration.conftest import DEMO_SIZE
from tests.integration.pipeline import REPOSITORY, Run, make
from tests.integration.publication_readers import Readers

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

PUBLICATION = ("quality/publications", "quality/checks", "kpi/fct_kpi_revision")
LONG_AGO = (1_700_000_000, 1_700_000_000)


@pytest.fixture
def company(demo_run: Run, tmp_path: Path) -> Path:
    """A copy of the finished demo data folder, to do harm to."""
    copy = tmp_path / "copy" / "demo"
    shutil.copytree(demo_run.data_dir, copy, symlinks=True)
    return copy


def version(company: Path) -> str:
    return os.readlink(company / "published" / "current")


def put(company: Path, name: str, text: str) -> None:
    """A file in the inbox that has stopped growing."""
    path = company / "inbox" / name
    path.write_text(text, "utf-8")
    os.utime(path, LONG_AGO)


def events_of_2030(count: int = 150) -> str:
    """A whole export with a wrong clock: the arrival suite holds it, the marts leave such events out."""
    event = {"app_id": "aurora", "event_name": "page_view", "user_id": "u1"}
    moments = (f"2030-01-01T{number // 60:02}:{number % 60:02}:00+08:00" for number in range(count))
    lines = (
        {**event, "event_id": f"late{index}", "occurred_at": moment} for index, moment in enumerate(moments)
    )
    return "".join(json.dumps(line) + "\n" for line in lines)


def events_of_a_past_day(user: str = "came_late") -> str:
    """Two page views that arrive eleven days after they happened."""
    event = {"app_id": "aurora", "event_name": "page_view", "user_id": user}
    lines = (
        {**event, "event_id": f"{user}{n}", "occurred_at": f"2026-03-20T12:0{n}:00+08:00"} for n in (1, 2)
    )
    return "".join(json.dumps(line) + "\n" for line in lines)


def rates_twice(company: Path) -> str:
    """The workbook's rates with a second, different rate of the same day: nobody can know which is meant."""
    lines = (company / "inbox" / "ops_workbook" / "fx_rates.csv").read_text("utf-8-sig").splitlines()
    return "\n".join([*lines, re.sub(r"[0-9]+\.[0-9]+", "9.999999", lines[1], count=1)]) + "\n"


@contextmanager
def background_run(company: Path, log: Path) -> Iterator[subprocess.Popen]:
    """The command behind `make run`, as a process of its own that may be killed; killed in any case at the end."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OPS_", "DAGSTER_", "DBT_"))}
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "orchestration.refresh", "--demo"],
            cwd=REPOSITORY,
            env={**inherited, "OPS_DATA_DIR": str(company)},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-Ao", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found = [pid]
    for parent in found:
        found.extend(child for child, its_parent in pairs if its_parent == parent)
    return found[1:]


def killed_when(company: Path, log: Path, has_come: Callable[[], bool]) -> list[int]:
    """Start a run and SIGKILL it at a moment that `has_come` recognizes; returns the children it leaves."""
    with background_run(company, log) as process:
        deadline = time.monotonic() + 300
        while not has_come():
            assert process.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.02)
        children = descendants(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
    return children


def all_end(pids: Sequence[int], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        listed = subprocess.run(["ps", "-Ao", "pid=,stat="], stdout=subprocess.PIPE, text=True, check=True)
        states = dict(line.split() for line in listed.stdout.splitlines())
        if all(states.get(str(pid), "Z").startswith("Z") for pid in pids):
            return True
        time.sleep(0.1)
    return False


def revisions(run: Run) -> list[tuple]:
    """(KPI, published_at, old value, new value) of aurora on the past day, as readers see them."""
    with run.published() as published:
        return published.sql(
            """select kpi_code, published_at, cast(old_value as integer), cast(new_value as integer)
            from kpi.fct_kpi_revision
            where app_id = 'aurora' and grain = 'day' and period_start = '2026-03-20'
                and kpi_code in ('dau', 'pv', 'gross_revenue')
            order by published_at, kpi_code"""
        ).fetchall()


def assert_corrections_are_told_once(told: list[tuple], told_later: list[tuple]) -> None:
    """Two late corrections of a day that was complete: one user with two page views more, twice."""
    assert [row[0] for row in told] == ["dau", "pv"]
    assert told_later[:2] == told, "append-only, and runs that were killed in between told nothing"
    assert [row[0] for row in told_later] == ["dau", "pv", "dau", "pv"]
    for first, second, more in zip(told_later[:2], told_later[2:], (1, 2), strict=True):
        assert first[3] - first[2] == second[3] - second[2] == more
        assert first[3] == second[2]
        assert first[1] < second[1]


def test_held_batches_and_killed_runs(company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = version(company)
    put(company, "app_events/wrong_clock.ndjson", events_of_2030())
    put(company, "app_events/past_day.ndjson", events_of_a_past_day())
    put(company, "ops_workbook/fx_rates.csv", rates_twice(company))

    held = make("run", company.parent, folder=company, **DEMO_SIZE)
    assert held.returncode != 0
    assert version(company) == before
    assert "Traceback" not in held.output
    batches = dict(re.findall(r"] (\w+): batch (\S+) is held", held.output))
    assert set(batches) == {"app_events", "ops_workbook"}, held.output
    for batch in batches.values():
        assert f"make accept BATCH={batch}" in held.output
        assert f"make withdraw BATCH={batch}" in held.output
    assert "wrong_clock.ndjson" in held.output

    undecided = make("run", company.parent, folder=company, **DEMO_SIZE)
    assert undecided.returncode != 0, "a held batch keeps the gate shut in later runs"
    assert version(company) == before

    decisions = {"accept": batches["app_events"], "withdraw": batches["ops_workbook"]}
    for verb, batch in decisions.items():
        decided = make(verb, company.parent, DEMO="1", BATCH=batch)
        assert decided.returncode == 0, decided.output
    assert version(company) == before, "a decision publishes nothing by itself"

    with Readers(company) as readers:
        log, versions = tmp_path / "killed.log", company / "published" / "versions"
        children = killed_when(company, log, lambda: bool(re.search(r"dbt: \d+ of", log.read_text("utf-8"))))
        assert children, "dbt runs as a child"
        assert all_end(children), "dbt ends with its run: the next one may begin"
        assert version(company) == before

        killed_when(company, log, lambda: any(versions.glob(".*.writing/ops.duckdb")))
        assert version(company) == before

        last = make("run", company.parent, folder=company, **DEMO_SIZE)
        assert last.returncode == 0, last.output[-4000:]
        told, first = revisions(last), version(company)
        put(company, "app_events/another_past_day.ndjson", events_of_a_past_day("came_later"))
        once_more = make("run", company.parent, folder=company, **DEMO_SIZE)
        assert once_more.returncode == 0, once_more.output[-4000:]
    assert readers.torn == []
    assert [f"versions/{name}" for name in readers.seen] == [before, first, version(company)]
    assert_corrections_are_told_once(told, revisions(once_more))
    assert not list(versions.glob(".*")), "what the killed run had written is gone"

    with last.published() as published:
        states = dict(published.sql("select batch_id, state from quality.batches").fetchall())
        future = published.sql("select count(*) from marts.fct_user_daily where activity_date > '2026-04-01'")
        assert future.fetchall() == [(0,)]
    assert [states[batch] for batch in decisions.values()] == ["accepted", "withdrawn"]
    monkeypatch.setenv("DAGSTER_HOME", str(company / "dagster"))
    with dg.DagsterInstance.get() as instance:
        by_end = Counter(run.status.value for run in instance.get_runs())
    assert by_end["STARTED"] == 0, "a killed run would keep the queue shut for the schedule"
    again = make("run", company.parent, folder=company, **DEMO_SIZE)
    assert "nothing changed" in again.output, again.output
    assert "is held" not in again.output


def materialize(company: Path, *assets: str) -> subprocess.CompletedProcess[str]:
    """What the UI's button does for a selection of assets."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OPS_", "DAGSTER_", "DBT_"))}
    environment = {
        "OPS_DATA_DIR": str(company),
        "OPS_AS_OF": json.loads((company / "company" / "demo.json").read_text("utf-8"))["as_of"],
        "DAGSTER_HOME": str(company / "dagster"),
        "DBT_TARGET_PATH": str(company / "dbt" / "target"),
        "DBT_LOG_PATH": str(company / "dbt" / "logs"),
    }
    return subprocess.run(
        [str(Path(sys.executable).parent / "dagster"), "asset", "materialize", "-m", "orchestration.definitions",
         "--select", " or ".join(f'key:"{asset}"' for asset in assets)],
        cwd=REPOSITORY, env={**inherited, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_a_partial_run_ends_the_claim_to_a_whole_build(company: Path) -> None:
    before = version(company)
    partial = materialize(company, "kpi/dim_kpi")
    assert partial.returncode == 0, partial.stdout[-3000:]
    publication = materialize(company, *PUBLICATION)
    assert publication.returncode != 0
    assert "not one whole build" in publication.stdout, publication.stdout[-3000:]
    assert version(company) == before


def test_unusual_kpis_are_named_and_not_published(company: Path) -> None:
    before = version(company)
    with duckdb.connect(str(company / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            """update kpi.fct_kpi set value = 100 * value, numerator = 100 * numerator
            where kpi_code = 'content_views' and period_start > date '2026-03-25'"""
        )
    publication = materialize(company, *PUBLICATION)
    assert publication.returncode != 0
    assert "kpis_look_as_usual on quality/publications" in publication.stdout, publication.stdout[-3000:]
    assert version(company) == before
