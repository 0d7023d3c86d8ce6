"""The process that dbt lives in while a run lasts: it knows the project before it is asked to build it.

`orchestration.dbt_process` starts it. It sends None, or why the project cannot be read; receives the arguments of
one dbt command; sends (event, rows) per result and at last None, or what kept dbt from running. It ends with its
parent in the middle of a build too: nobody would read the result.
"""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from orchestration.child_process import end_when_orphaned, parent
from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.dbt_manifest import ManifestError, load_manifest
from orchestration.publication.public_tables import PUBLIC_SCHEMAS

#: What dbt says of a node Dagster keeps, every statement is in target/run: as log lines both cost a fifth of a build.
_LOGS = ("--log-level", "warn", "--log-level-file", "warn", "--no-use-colors")
_PLACES = ("--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR))
#: What Dagster is told about; the other events (ten per node) are of no use to it.
RESULT_EVENTS = frozenset({"LogSeedResult", "LogModelResult", "LogSnapshotResult", "LogTestResult"})


def main() -> None:
    receive, send = parent()
    end_when_orphaned()
    try:
        manifest = load_manifest()
    except ManifestError as error:
        send(str(error))
        return
    _warm_up(manifest)
    gc.freeze()  # the manifest stays for good: a collection would walk its 100,000 objects again and again
    send(None)
    arguments = receive()
    send(invoke(arguments, manifest, send))


def _warm_up(manifest: Any) -> None:
    """One command that touches nothing: dbt's imports and the schemas of its settings take 2 s, once."""
    from orchestration import dbt_shortcuts

    dbt_shortcuts.take(RESULT_EVENTS)
    invoke(
        ["list", "--quiet", "--no-write-json", "--select", "resource_type:exposure"], manifest, lambda _: None
    )


def invoke(arguments: list[str], manifest: Any, send: Callable[[Any], None]) -> str | None:
    """Run one dbt command; the error that kept it from running nodes, or None."""
    from dbt.cli.main import dbtRunner
    from dbt_common.events.base_types import EventMsg
    from google.protobuf.json_format import MessageToDict

    def on_event(message: EventMsg) -> None:
        if message.info.name in RESULT_EVENTS:
            event = MessageToDict(message, preserving_proto_field_name=True)
            send((event, _rows(event["data"]["node_info"])))

    result = dbtRunner(manifest, callbacks=[on_event]).invoke([*_LOGS, *arguments, *_PLACES])
    _close_warehouse()
    return None if result.exception is None else " ".join(str(result.exception).split())


def _close_warehouse() -> None:
    """dbt keeps the database open; what its log still holds would be replayed by whoever opens it next (0.5 s)."""
    if _is_duckdb():
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()


def _is_duckdb() -> bool:
    return os.environ.get("OPS_DBT_TARGET", "duckdb") == "duckdb"


def _rows(node: dict[str, Any]) -> int | None:
    """Rows of a table or public view that was just built; None of others, and where the engine is not DuckDB.

    Only this process may read the warehouse while dbt is at work.
    """
    is_counted = node["materialized"] in ("table", "incremental", "seed") or (
        node["materialized"] == "view" and node["node_relation"]["schema"] in PUBLIC_SCHEMAS
    )
    if not is_counted or node["node_status"] != "success" or not _is_duckdb():
        return None
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    handle = DuckDBConnectionManager.env().handle()
    try:
        cursor = handle.cursor()
        cursor.execute(f"select count(*) from {node['node_relation']['relation_name']}")
        return int(cursor.fetchone()[0])
    finally:
        handle.close()


if __name__ == "__main__":
    with suppress(EOFError):  # the run ended without a build
        main()
    sys.stderr.flush()
    os._exit(0)  # nothing is left to do, and taking the frozen objects apart takes a second
