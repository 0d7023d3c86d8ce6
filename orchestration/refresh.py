"""`make refresh`: one run of the whole pipeline in this process, told to a person.

Exits 0 only when readers see the newest state: it was published, or nothing changed since the last publication.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import SourceError
from ingestion.settings import Settings
from ingestion.sources_config import load_sources
from orchestration.dbt_manifest import ManifestError, prepare_manifest
from orchestration.environment import prepare_environment
from orchestration.lock import LockHeld, WriterLock
from orchestration.progress import progress
from orchestration.publication.swap import current_receipt
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
        with WriterLock(data_dir, "make run" if is_demo else "make refresh"):
            return _refresh(settings, is_demo)
    except (SourceError, LockHeld, ManifestError) as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename or 'the data folder'}: {error.strerror or error}")
    except KeyboardInterrupt:
        print("interrupted: nothing was published", file=sys.stderr)
        return 130


def _refuse(message: str) -> int:
    print(f"error: {' '.join(message.split())}", file=sys.stderr)
    return 1


def _refresh(settings: Settings, is_demo: bool) -> int:
    with quiet_terminal(settings.data_dir) as terminal:
        progress.attach(terminal.output)
        progress.say(f"refresh of {settings.data_dir}, as of {settings.as_of.isoformat(timespec='minutes')}")
        prepare_manifest()
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
        print(f"published {receipt.publication_id}")
    else:
        print(
            f"nothing changed since {receipt.published_at[:19]}Z: publication {receipt.publication_id} stays"
        )
    _print_results(settings.data_dir, terminal, again)
    return 0


def _run_job(settings: Settings) -> "ExecuteInProcessResult":
    """The job `refresh` with the persistent instance of DAGSTER_HOME, so that the UI shows the run."""
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.defs.ingestion import REFRESH, last_complete_date

    with dg.DagsterInstance.get() as instance:
        return (
            defs()
            .resolve_job_def(REFRESH)
            .execute_in_process(
                instance=instance,
                partition_key=last_complete_date(settings).isoformat(),
                run_config={"loggers": {"console": {"config": {"log_level": "INFO"}}}},
                raise_on_error=False,
            )
        )


def _print_results(data_dir: Path, terminal: Terminal, again: str) -> None:
    published = data_dir / "published" / "ops.duckdb"
    rows = headlines(published)
    if rows:
        print(f"\n{scoreboard(rows)}")
    shown = Path(os.path.relpath(data_dir))
    shown = data_dir if ".." in shown.parts else shown
    print(
        f"\n  {shown}/published/ops.duckdb   schemas marts, kpi, quality: open read-only (DuckDB 1.4 or newer)"
    )
    print(f"  {shown}/published/parquet/     the same tables as Parquet")
    print(f"  {shown}/logs/{terminal.log.name}   what the run printed")
    print(f"  make dev{again}   every asset, check and run in the Dagster UI")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
