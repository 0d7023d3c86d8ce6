"""A person out of all that was ever landed: raw and quarantine files, each replaced whole."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from ingestion.casting import quote
from ingestion.contracts import CONTRACTS
from ingestion.erasure.person import people_tables, raw_relation
from ingestion.erasure.person_rows import ErasedPeople
from ingestion.erasure.rewriting import rewrite_quarantine, rewrite_raw, suspects
from ingestion.manifest import Manifest

Say = Callable[[str, int], None]


def erase_landed_history(
    connection: duckdb.DuckDBPyConnection, data_dir: Path, people: ErasedPeople, say: Say, *, dry_run: bool
) -> None:
    """`say` is told each file that changes, relative to the data folder, and how many rows. Writer lock held."""
    if not dry_run:
        _remove_unfinished(data_dir)
    for contract in CONTRACTS:
        files = raw_relation(data_dir, contract, with_names=True)
        if files is None or "app_id" not in contract.schema.names:
            continue
        named = suspects(contract, people, contract.schema.names)
        query = f"select distinct filename from {files} where {named} order by 1"
        for (name,) in connection.execute(query).fetchall():
            path = Path(name)
            rows = rewrite_raw(connection, contract, path, people, dry_run=dry_run)
            if rows:
                say(path.relative_to(data_dir).as_posix(), rows)
    for path in sorted((data_dir / "quarantine").rglob("[!.]*.parquet")):
        rows = rewrite_quarantine(connection, path, people, dry_run=dry_run)
        if rows:
            say(path.relative_to(data_dir).as_posix(), rows)


def ordered_marks(
    connection: duckdb.DuckDBPyConnection, data_dir: Path, people: ErasedPeople
) -> dict[str, str]:
    """Content hash -> its mark, for versions of one event (or operation) that the person sent: where nothing else
    decides, the smallest does, so the marks are dealt out in the order of the hashes they replace. Events are ordered
    by a 64-bit key of the hash (stg_app_events__events), operations by the hash itself.
    """
    marks: dict[str, str] = {}
    for contract, rows in people_tables(data_dir):
        if contract.repeats != "ever":
            continue
        key = ", ".join(map(quote, contract.key))
        order = "hash({})" if contract.hashing == "quick" else "{}"

        def by_order(marks: list[str], order: str = order) -> list[str]:
            listed = f"select mark from unnest(?) marks(mark) order by {order.format('mark')}"
            return [mark for (mark,) in connection.execute(listed, [marks]).fetchall()]

        versions = connection.execute(
            f"""select list(distinct _content_hash) as hashes from {rows}
            where {suspects(contract, people, contract.schema.names)}
            group by {key} having count(distinct _content_hash) > 1"""
        ).fetchall()
        for (hashes,) in versions:
            marks |= dict(zip(by_order(hashes), by_order([*map(people.content_mark, hashes)]), strict=True))
    return marks


def _remove_unfinished(data_dir: Path) -> None:
    """What killed landings left behind, of any age: nobody else writes now."""
    committed = Manifest(data_dir).batch_ids()
    for area in ("raw", "quarantine"):
        for path in (data_dir / area).glob("*/*/*"):
            is_unfinished = path.name.startswith(".") or (
                path.name != "_schema.parquet" and path.stem.rpartition("-")[0] not in committed
            )
            if path.is_file() and is_unfinished:
                path.unlink()
