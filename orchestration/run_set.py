"""Which batches a run adds to what the warehouse holds, and when it has to build everything again.

State lives in schema `meta` of the warehouse, and only a whole build that ended well moves it: what the last one read
is what is loaded. Deleting the warehouse means a full rebuild (docs/decisions/0004-incremental-by-touched-date.md).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from ingestion.manifest import BatchEntry, FileEntry
from ingestion.scratch import small_connection
from ingestion.settings import Settings

#: Events are the one source that is loaded by batch; all others are read whole in each run.
INCREMENTAL_SOURCE = "app_events"
#: Workbook tables that decide what a stored event means. Others are joined on in models that each run rebuilds.
CONFIGURATION = ("apps", "event_catalog", "excluded_users")


@dataclass(frozen=True)
class RunSet:
    """`add` and `remove` are batch ids of all sources, sorted. `whole` says why all is built again, '' if it is not."""

    add: tuple[str, ...]
    remove: tuple[str, ...]
    whole: str


def run_set(
    connection: duckdb.DuckDBPyConnection, settings: Settings, entries: Sequence[BatchEntry], config_hash: str
) -> RunSet:
    """add = accepted - loaded, remove = loaded - accepted; after a reason to start afresh nothing counts as loaded."""
    accepted = {entry.batch_id for entry in entries if entry.state == "accepted"}
    rebuilt = {entry.batch_id for entry in entries if entry.source != INCREMENTAL_SOURCE}
    loaded, whole = _loaded(connection, settings, config_hash)
    removed = loaded - accepted
    if not whole and removed - rebuilt:
        whole = "a loaded batch of events was withdrawn"
    if whole:
        return RunSet(tuple(sorted(accepted)), tuple(sorted(removed)), whole)
    return RunSet(tuple(sorted(accepted - loaded)), tuple(sorted(removed)), "")


def _loaded(
    connection: duckdb.DuckDBPyConnection, settings: Settings, config_hash: str
) -> tuple[set[str], str]:
    """Batches of the last build, and why they do not count ('' when they do)."""
    try:
        builds = connection.execute(
            "select build.built_at, build.config_hash, run.as_of from meta.build cross join meta.run"
        ).fetchall()
        loaded = {
            row[0]
            for row in connection.execute(
                "select batch_id from meta.batches where state = 'accepted'"
            ).fetchall()
        }
    except duckdb.Error:  # never frozen, or by another version
        return set(), "the warehouse is new"
    if len(builds) != 1 or builds[0][0] is None:
        return loaded, "the last build did not end well as a whole"
    _, built_config, built_as_of = builds[0]
    if built_config != config_hash:
        return (
            loaded,
            "the code, the settings, or the apps, event catalog or excluded users of the workbook changed",
        )
    if built_as_of > settings.as_of.astimezone(UTC).replace(tzinfo=None):
        return loaded, "the as-of moment went back"
    return loaded, ""


def config_hash(settings: Settings, entries: Sequence[BatchEntry], code_version: str) -> str:
    """sha256 over what stored events depend on besides themselves. Seeds belong to the code."""
    inputs = [
        duckdb.__version__,
        code_version,
        settings.reporting_currency,
        settings.reporting_timezone,
        settings.week_start,
        [_snapshot_hash(settings, entries, entity) for entity in CONFIGURATION],
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def _snapshot_hash(settings: Settings, entries: Sequence[BatchEntry], entity: str) -> str:
    """Content of the newest accepted snapshot of a workbook table, by the rule of the macro newest_snapshot."""
    batches = [
        (datetime.fromisoformat(entry.observed_at), entry.batch_id, files)
        for entry in entries
        if entry.source == "ops_workbook"
        and entry.state == "accepted"
        and datetime.fromisoformat(entry.observed_at) <= settings.as_of
        and (files := [file for file in entry.files if file.entity == entity and _counts(file)])
    ]
    if not batches:
        return ""
    _, batch_id, files = max(batches, key=lambda batch: batch[:2])
    paths = sorted({str(settings.data_dir / file.raw_path) for file in files if file.raw_path})
    return _rows_hash(paths, batch_id) if paths else "empty"


def _counts(file: FileEntry) -> bool:
    """A table that came empty is a snapshot, one of which every row was refused is none."""
    return file.rows_landed > 0 or file.rows_quarantined == 0


def _rows_hash(paths: list[str], batch_id: str) -> str:
    with small_connection() as connection:
        rows = connection.execute(
            """select _content_hash from read_parquet(?, union_by_name = true)
            where _batch_id = ? order by _source_file, _source_row""",
            [paths, batch_id],
        ).fetchall()
    return hashlib.sha256("".join(row[0] for row in rows).encode()).hexdigest()


def drop_stored(connection: duckdb.DuckDBPyConnection, schema: str = "intermediate") -> None:
    """Remove everything that incremental models would build upon; dbt then creates it afresh."""
    connection.execute(f"drop schema if exists {schema} cascade")
