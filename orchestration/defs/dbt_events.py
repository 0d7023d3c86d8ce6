"""Between Dagster and dbt: what of the project a run selected, and dbt's result events as Dagster's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from orchestration.broken_identities import COLUMN, broken_identities
from orchestration.defs.dbt_integration import (
    DbtCoreCliEventMessage,
    get_manifest_and_translator_from_dbt_assets,
    get_updated_cli_invocation_params_for_context,
)


class DbtEvents:
    """Speaks for one run of the dbt assets."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._context = context
        parts = get_manifest_and_translator_from_dbt_assets([context.assets_def])
        self._manifest, self._translator = parts[0], parts[1]

    def arguments(self) -> list[str]:
        """dbt's arguments for the selected assets and checks; none for all of them."""
        chosen = get_updated_cli_invocation_params_for_context(
            self._context, self._manifest, self._translator
        )
        indirect = chosen.indirect_selection
        return [*chosen.selection_args, *(["--indirect-selection", indirect] if indirect else [])]

    def of(self, result: dict[str, Any], rows: int | None) -> Iterator[Any]:
        """An Output for a table or view, an AssetCheckResult for a test; nothing for what could not run."""
        message = DbtCoreCliEventMessage(raw_event=result, event_history_metadata={})
        for event in message.to_default_asset_events(self._manifest, self._translator, self._context):
            if isinstance(event, dg.Output) and rows is not None:
                event = event.with_metadata({**event.metadata, "dagster/row_count": rows})
            yield event


def problems(results: Path, warehouse: Path) -> list[str]:
    """From run_results.json: checks that failed by name, with the statements of them that did; nodes that could not
    run with their error on one line. The warehouse must be open nowhere else."""
    lines = []
    for node in json.loads(results.read_text("utf-8"))["results"]:
        if node["status"] == "fail":
            identities = _identities(warehouse, node.get("compiled_code") or "")
            lines.append(node["unique_id"].split(".")[2] + (f": {identities}" if identities else ""))
        elif node["status"] in ("error", "runtime error"):
            lines.append(f"{node['unique_id']}: {' '.join((node['message'] or '').split())[:300]}")
    return lines


def _identities(warehouse: Path, sql: str) -> str:
    if COLUMN not in sql:
        return ""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return broken_identities(connection, sql)
