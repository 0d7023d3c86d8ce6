"""A person out of all that was ever landed: raw and quarantine files, each replaced whole."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from ingestion.casting import literal, quote
from ingestion.contracts import CONTRACTS
from ingestion.erasure.person import people_tables, raw_files
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
        names = [field.name for field in contract.fields]
        files = raw_files(data_dir, contract)
        if "app_id" not in names or not files:
            continue
        schema = data_dir / "raw" / contract.source / contract.entity / "_schema.parquet"
        listed = ", ".join(literal(str(path)) for path in (schema, *files) if path.exists())
        columns = [field.name for field in contract.schema]
        query = f"""select distinct filename from read_parquet([{listed}], union_by_name = true, filename = true)
            where {suspects(contract, people, columns)} order by 1"""
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
    decides, the smallest hash does, so the marks of an event are dealt out in the order of the hashes they replace.
    """
    marks: dict[str, str] = {}
    for contract, rows in people_tables(data_dir):
        if contract.repeats != "ever":
            continue
        key = ", ".join(map(quote, contract.key))
        versions = connection.execute(
            f"""select list_sort(list(distinct _content_hash)) as hashes from {rows}
            where {suspects(contract, people, [field.name for field in contract.schema])}
            group by {key} having count(distinct _content_hash) > 1"""
        ).fetchall()
        for (hashes,) in versions:
            marks |= dict(zip(hashes, sorted(map(people.content_mark, hashes)), strict=True))
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
