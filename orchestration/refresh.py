"""`make refresh`: one run of the whole pipeline in this process, told to a person.

Exits 0 only when readers see the newest state: it was published, or nothing changed since the last publication.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ingestion.errors import SourceError
from ingestion.settings import Settings
from ingestion.sources_config import load_sources
from orchestration.dbt_manifest import ManifestError, prepare_manifest
from orchestration.dbt_process import EarlyDbt
from orchestration.environment import prepare_environment
from orchestration.erasure.pending import refuse_while_pending
from orchestration.expectations.judges import Judges
from orchestration.lock import LockHeld, WriterLock
from orchestration.progress import progress
from orchestration.publication.swap import current_receipt
from orchestration.pulling import unknown_files
from orchestration.report.write import company_page
from orchestration.scoreboard import headlines, scoreboard
from orchestration.terminal import Terminal, quiet_terminal

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m orchestration.refresh", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="the data folder is the demo company's")
    is_demo = parser.parse_args(arguments).demo
    try:
        data_dir = prepare_environment(demo=is_demo)
        settings = Settings.from_environment()
        load_sources(data_dir)  # what is wrong there is said before anything starts
        refuse_while_pending(data_dir)
        with WriterLock(data_dir, "make run" if is_demo else "make refresh") as lock:
            return _refresh(settings, is_demo, lock)
    except (SourceError, LockHeld, ManifestError) as error:
        return _refuse(str(error))
    except OSError as error:
        place = error.filename2 or error.filename or "the data folder"  # a copy fails where it goes to
        return _refuse(f"{place}: {error.strerror or error}")
    except KeyboardInterrupt:
        print("interrupted: readers see the last good publication; run it again to go on", file=sys.stderr)
        return 130


def _refuse(message: str) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return 1


def _refresh(settings: Settings, is_demo: bool, lock: WriterLock) -> int:
    with quiet_terminal(settings.data_dir) as terminal:
        progress.attach(terminal.output)
        progress.say(f"refresh of {settings.data_dir}, as of {_shown(settings.as_of, settings)}")
        if backwards := _goes_back(settings):
            progress.say(f"warning: {backwards}")
        with _early_children(settings, lock):
            _prepare_manifest()
            progress.say("Dagster: loads the asset graph")
            result = _run_job(settings)
    from orchestration.run_report import failures, warnings

    again = " DEMO=1" if is_demo else ""
    problems = failures(result, again)
    if problems or not result.success:
        print("\n".join(problems or ["error: the run failed"]), file=sys.stderr)
        kept = (
            "the last good publication stays"
            if current_receipt(settings.data_dir)
            else "nothing is published yet"
        )
        print(f"error: not published, {kept}; everything that was printed: {terminal.log}", file=sys.stderr)
        return 1
    receipt = current_receipt(settings.data_dir)
    if receipt is None:
        return _refuse(f"nothing was published; see {terminal.log}")
    for line in warnings(result, again):
        print(line)
    if receipt.run_id == result.run_id:
        print(f"published as {receipt.publication_id}")
    else:
        print(f"nothing changed: what was published as {receipt.publication_id} stays")
    _print_results(settings, terminal, again)
    return 0


@contextmanager
def _early_children(settings: Settings, lock: WriterLock) -> Iterator[None]:
    """dbt and Great Expectations import on the second core from the first moment on."""
    try:
        EarlyDbt.start(lock)
        if unknown_files(settings):
            Judges.start()
        yield
    finally:
        EarlyDbt.close()
        Judges.close()


def _prepare_manifest() -> None:
    """When the project changed, dbt parses it in its own process; Dagster's imports (3 s) fit into that time."""
    with ThreadPoolExecutor(1) as background:
        prepared = background.submit(prepare_manifest, progress.say)
        import orchestration.defs.dbt_integration  # noqa: F401

        prepared.result()


def _shown(moment: datetime, settings: Settings) -> str:
    """A moment in the business time zone, which is named."""
    return f"{moment.astimezone(ZoneInfo(settings.reporting_timezone)):%Y-%m-%d %H:%M} {settings.reporting_timezone}"


def _goes_back(settings: Settings) -> str:
    """What happens when the last publication was of a later moment; '' when it was not."""
    receipt = current_receipt(settings.data_dir)
    last = datetime.fromisoformat(receipt.as_of).replace(tzinfo=UTC) if receipt else settings.as_of
    if last <= settings.as_of:
        return ""
    return (
        f"readers now see {_shown(last, settings)}; this run takes them back to "
        f"{_shown(settings.as_of, settings)} (OPS_AS_OF), and to what was known then"
    )


def _run_job(settings: Settings) -> "ExecuteInProcessResult":
    """The job `refresh` with the persistent instance of DAGSTER_HOME, so that the UI shows the run."""
    from orchestration.definitions import defs
    from orchestration.defs.ingestion import last_complete_date
    from orchestration.defs.resources import REFRESH
    from orchestration.instance import opened_instance
    from orchestration.killed_runs import PROCESS_TAG, fail_killed_runs, process_tag

    with opened_instance() as instance:
        fail_killed_runs(instance)
        return (
            defs()
            .resolve_job_def(REFRESH)
            .execute_in_process(
                instance=instance,
                partition_key=last_complete_date(settings).isoformat(),
                tags={PROCESS_TAG: process_tag()},
                run_config={"loggers": {"console": {"config": {"log_level": "INFO"}}}},
                raise_on_error=False,
            )
        )


def _print_results(settings: Settings, terminal: Terminal, again: str) -> None:
    data_dir = settings.data_dir
    published = data_dir / "published" / "ops.duckdb"
    rows = headlines(published)
    if rows:
        print(f"\n{scoreboard(rows, settings.reporting_currency)}")
    shown = Path(os.path.relpath(data_dir))
    shown = data_dir if ".." in shown.parts else shown
    report = {f"{shown}/reports/latest/company.html": "the daily report, with links to each app's"}
    places = {
        **(report if company_page(data_dir) else {}),
        f"{shown}/published/ops.duckdb": "schemas marts, kpi, quality: open read-only (DuckDB 1.4 or newer)",
        f"{shown}/published/parquet/": "the same tables as Parquet",
        f"{shown}/logs/{terminal.log.name}": "what the run printed",
        f"make dev{again}": "every asset, check and run in the Dagster UI",
    }
    width = max(map(len, places))
    print("\n" + "\n".join(f"  {place:<{width}}   {words}" for place, words in places.items()))


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # everything is closed; taking 4,000 modules apart would take another second
