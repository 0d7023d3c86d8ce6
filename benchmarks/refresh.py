"""What a refresh costs, beside the same SQL in a bare DuckDB script. `make bench` runs it.

Generates the default demo company in a temporary data folder, runs the pipeline once and prints: seconds to the
first asset, in dbt, in Dagster and everything else, in total, and peak memory. Then it runs the compiled SQL of the
very same models in one bare DuckDB connection, compares every table, and prints the ratio.
"""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

REPOSITORY = Path(__file__).resolve().parents[1]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data_dir = Path(folder)
        demo = data_dir / "demo"
        environment = {**os.environ, "OPS_DATA_DIR": folder}
        generate = [sys.executable, "-m", "ingestion.demo.generate"]
        subprocess.run(generate, cwd=REPOSITORY, env={**environment, "OPS_DATA_DIR": str(demo)}, check=True)
        started = time.time()
        make = ["make", "--no-print-directory", "refresh", "DEMO=1"]
        subprocess.run(make, cwd=REPOSITORY, env=environment, check=True)
        total = time.time() - started
        results = json.loads((demo / "dbt" / "target" / "run_results.json").read_text("utf-8"))
        steps = _steps(demo / "dagster")
        bare, rows = _bare_script(demo, results)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print("\n seconds")
        for name, seconds in (
            ("make refresh to first asset", steps["first_step"] - started),
            ("ingestion assets", steps["ingestion"]),
            ("dbt, as it says itself", results["elapsed_time"]),
            ("dbt asset, as Dagster sees it", steps["dbt"]),
            ("publication", steps["publication"]),
            ("after the last step", started + total - steps["last_step"]),
            ("make refresh, all of it", total),
            ("bare DuckDB script, same SQL", bare),
            ("over the bare script", total - bare),
        ):
            print(f"  {name:<32} {seconds:8.1f}")
        print(f"  peak memory of one process       {peak:8.0f} MB;  {rows:,} rows compared equal")
    return 0


def _steps(dagster_home: Path) -> dict[str, float]:
    """Durations by step from the newest run's event log (SQLite, one file a run)."""
    logs = [path for path in (dagster_home / "history" / "runs").glob("*.db") if path.stem != "index"]
    newest = max(logs, key=lambda path: path.stat().st_mtime)
    with sqlite3.connect(newest) as log:
        events = log.execute(
            "select dagster_event_type, step_key, strftime('%s', timestamp) + strftime('%f', timestamp) % 1"
            " from event_logs where dagster_event_type is not null order by id"
        ).fetchall()
    starts = {step: float(at) for kind, step, at in events if kind == "STEP_START"}
    ends = {step: float(at) for kind, step, at in events if kind in ("STEP_SUCCESS", "STEP_FAILURE")}
    spent = {step: ends[step] - starts[step] for step in ends if step in starts}
    of = {name: sum(seconds for step, seconds in spent.items() if name in step) for name in ("dbt", "publi")}
    return {
        "first_step": min(starts.values()),
        "last_step": max(ends.values()),
        "dbt": of["dbt"],
        "publication": of["publi"],
        "ingestion": sum(spent.values()) - of["dbt"] - of["publi"],
    }


def _bare_script(demo: Path, results: dict) -> tuple[float, int]:
    """Seconds of the models' compiled SQL in one connection, and the rows found equal to the warehouse's."""
    manifest = json.loads((demo / "dbt" / "target" / "manifest.json").read_text("utf-8"))
    bare_file = demo / "bare.duckdb"
    connection = duckdb.connect(str(bare_file))
    connection.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false; set threads = 2")
    connection.execute(f"attach '{demo / 'warehouse.duckdb'}' as warehouse (read_only)")
    connection.execute("create schema meta")
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables where table_catalog = 'warehouse'"
        " and table_schema in ('meta', 'seeds')"
    ).fetchall()
    for schema, table in tables:
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create table {schema}.{table} as from warehouse.{schema}.{table}")
    models = [
        node for row in results["results"] if (node := manifest["nodes"].get(row["unique_id"])) is not None
    ]
    models = [node for node in models if node["resource_type"] == "model"]
    # Compiled SQL names the database of the warehouse; the bare file has another.
    compiled = {row["unique_id"]: row.get("compiled_code") or "" for row in results["results"]}
    started = time.time()
    for node in models:
        connection.execute(f"create schema if not exists {node['schema']}")
        kind = "view" if node["config"]["materialized"] == "view" else "table"
        sql = compiled[node["unique_id"]].replace('"warehouse".', '"bare".')
        connection.execute(f"create {kind} {node['schema']}.{node['name']} as {sql}")
    seconds = time.time() - started
    rows = 0
    for node in models:
        name = f"{node['schema']}.{node['name']}"
        if node["config"]["materialized"] != "table" or node["schema"] == "quality":
            continue
        digest = "select count(*), sum(hash(t)) from {} t"
        mine = connection.execute(digest.format(name)).fetchone()
        theirs = connection.execute(digest.format(f"warehouse.{name}")).fetchone()
        if mine != theirs or mine is None:
            sys.exit(f"bare script differs in {name}: {mine} against {theirs}")
        rows += mine[0]
    connection.close()
    return seconds, rows


if __name__ == "__main__":
    sys.exit(main())
