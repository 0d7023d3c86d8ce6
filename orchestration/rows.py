"""`make rows CHECK=...`: the rows that a failed check counted, from the private warehouse or the batch manifest."""

import json
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb

from ingestion.contracts import CONTRACTS
from ingestion.errors import SourceError
from ingestion.manifest import Manifest
from orchestration.dbt_manifest import target_path
from orchestration.environment import prepare_environment
from orchestration.freeze import WAREHOUSE
from orchestration.instance import opened_instance
from orchestration.warehouse_refusal import why_not_opened

SHOWN_ROWS = 50
KPI_CHECKS = ("kpis_look_as_usual", "kpis_are_fresh")
RAW_CHECKS = ("rows_are_conserved", "every_file_was_read", "every_account_was_pulled")


class UnknownCheck(SourceError):
    """No check of that name ran."""


def main(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    try:
        data_dir = prepare_environment()
        print(rows_of_check(data_dir, name))
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except duckdb.Error as error:  # a run writes the warehouse now, or a table of the query is gone
        print(f"error: {why_not_opened(error)[:300]}", file=sys.stderr)
        return 1
    return 0


def rows_of_check(data_dir: Path, name: str) -> str:
    """A text with the rows. Raises UnknownCheck, with the failed checks of the last run, for another name."""
    if name == "meets_expectations":
        return _held_batches(data_dir)
    if name in RAW_CHECKS:
        return _last_messages(name)
    if name in KPI_CHECKS:
        return _judged_kpis(data_dir, name)
    results = _results()
    result = next((result for key, result in results.items() if key.split(".")[2] == name), None)
    if result is None or not result.get("compiled_code"):
        failed = [
            key.split(".")[2] for key, result in results.items() if result["status"] in ("fail", "warn")
        ]
        known = f"these failed last: {', '.join(failed)}" if failed else "none failed when dbt ran last"
        if not results:
            known = f"dbt did not run yet in {data_dir} (the demo company's is another: DEMO=1)"
        what = f"CHECK={name}: no check of that name ran" if name else "name a check with CHECK=<check name>"
        raise UnknownCheck(f"{what}; {known}")
    return _select(data_dir / WAREHOUSE, result["compiled_code"])


def _results() -> dict[str, dict[str, Any]]:
    """Results of the dbt tests of the last run by unique id ('test.<project>.<name>.<hash>')."""
    path = target_path() / "run_results.json"
    try:
        results = json.loads(path.read_text("utf-8"))["results"]
    except FileNotFoundError:
        return {}
    return {row["unique_id"]: row for row in results if row["unique_id"].startswith("test.")}


def _select(warehouse: Path, query: str) -> str:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        relation = connection.sql(f"select * from ({query.rstrip().rstrip(';')}) failed limit {SHOWN_ROWS}")
        total = connection.execute(f"select count(*) from ({query.rstrip().rstrip(';')}) failed").fetchall()[
            0
        ][0]
        shown = f"{total:,} row(s)" + (f", the first {SHOWN_ROWS}" if total > SHOWN_ROWS else "")
        with redirect_stdout(StringIO()) as table:
            relation.show(max_rows=SHOWN_ROWS, max_width=200)
        return f"{shown}\n{table.getvalue()}\nthe query, for {warehouse}:\n{query.strip()}"


def _judged_kpis(data_dir: Path, name: str) -> str:
    """Judged once more, beside what readers know now. Raises UnknownCheck where there is nothing to judge."""
    from orchestration.expectations.runner import judge
    from orchestration.publication.guard import guard
    from orchestration.publication.verify import NotPublishable

    try:
        outcomes = {outcome.name: outcome for outcome in guard(data_dir, judge)}
    except NotPublishable as error:
        raise UnknownCheck(f"CHECK={name}: {error}") from error
    return outcomes[name].message or "nothing fails now"


def _held_batches(data_dir: Path) -> str:
    entries = [entry for entry in Manifest(data_dir).entries() if entry.state == "held"]
    again = " DEMO=1" if (data_dir / "company" / "demo.json").exists() else ""
    ways = f"make accept BATCH={{0}}{again} or make withdraw BATCH={{0}}{again}"
    lines = (f"{e.batch_id} ({e.source}): {e.state_reason}\n  {ways.format(e.batch_id)}" for e in entries)
    return "\n".join(lines) or "no batch is held"


def _last_messages(name: str) -> str:
    """What the newest run found, per source; from Dagster's event log."""
    import dagster as dg

    first = {contract.source: contract for contract in reversed(CONTRACTS)}
    keys = {
        source: dg.AssetCheckKey(dg.AssetKey(["raw", source, contract.entity]), name)
        for source, contract in first.items()
    }
    with opened_instance() as instance:
        records = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(keys.values()))
    lines = []
    for source, key in keys.items():
        record = records.get(key)
        event = record.event.dagster_event if record and record.event else None
        facts = getattr(event.event_specific_data, "metadata", {}) if event else {}
        if "message" in facts and facts["message"].value:
            lines.append(f"{source}: {facts['message'].value}")
    return "\n".join(lines) or "nothing failed when it ran last"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
