"""Joins small raw files of a table into one, and takes the rows of a batch out of it again.

Opening a file costs half a millisecond in each reading, whatever is in it (docs/decisions/0020-small-raw-files.md).
Tables whose contract tells the moment of a row stay as they are: their files are chosen by batch or by date (0007). The
files that were joined stay on disk until nobody reads them (`replaced_files`). The caller holds the writer lock.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path

import duckdb

from ingestion.casting import literal
from ingestion.contracts import CONTRACTS
from ingestion.errors import SourceError
from ingestion.joined_files import PREFIX, JoinedFiles, Part, read_record, record_name, record_text
from ingestion.landing_step import PARQUET
from ingestion.manifest import Manifest, move_into_place, write_atomically
from ingestion.scratch import scratch_connection

#: A table with fewer small files is left: they cost 4 ms in a refresh.
AT_LEAST = 8
#: Bytes. A file from here on costs more to rewrite than to open.
SMALL = 16 << 20
#: Bytes that go into one file at most, or little more.
JOINED = 256 << 20
#: How a joined file is called after the newest batch in it: what names a batch that exists is no leftover.
_JOINED_NAMES = "*-j" + "[0-9a-f]" * 8 + ".parquet"


class RowsDiffer(SourceError):
    """Files do not hold what the manifest says of them; nothing was joined."""


@dataclass(frozen=True)
class SmallFiles:
    """Files of one table that are to become one: raw_path -> its parts, in order; `size` in bytes."""

    source: str
    entity: str
    files: dict[str, tuple[Part, ...]]
    size: int

    def __str__(self) -> str:
        return f"{len(self.files):,} small raw files of {self.source}.{self.entity}"


def small_files(data_dir: Path, loaded: Collection[str]) -> Iterator[SmallFiles]:
    """What may be joined: small files with rows of batches only that are accepted, and are in `loaded`."""
    claimed: dict[tuple[str, str], dict[str, list[Part]]] = {
        (contract.source, contract.entity): {} for contract in CONTRACTS if not contract.moment
    }
    others: set[str] = set()
    for entry in Manifest(data_dir).entries():
        is_settled = entry.state == "accepted" and entry.batch_id in loaded
        for file in entry.files:
            files = claimed.get((entry.source, file.entity))
            if file.raw_path and files is not None:
                part = Part(file.raw_path, entry.batch_id, file.rows_landed)
                files.setdefault(file.raw_path, []).append(part)
                if not is_settled:
                    others.add(file.raw_path)
    for (source, entity), files in claimed.items():
        if len(files) < AT_LEAST:
            continue
        joined = read_record(Manifest(data_dir).folder / record_name(source, entity))
        sizes = {
            path: size
            for path in files
            if path not in others and (size := (data_dir / path).stat().st_size) < SMALL
        }
        if len(sizes) < AT_LEAST:
            continue
        for paths in _groups(sizes):
            made_of = {path: joined.get(path) or (_whole(files[path]),) for path in paths}
            yield SmallFiles(source, entity, made_of, sum(sizes[path] for path in paths))


def _whole(parts: Sequence[Part]) -> Part:
    """Several files of an inbox may share a raw file; a batch has it for itself."""
    return Part(parts[0].raw_path, parts[0].batch_id, sum(part.rows for part in parts))


def _groups(sizes: dict[str, int]) -> Iterator[list[str]]:
    """Paths in order of their batches, as many together as one file may hold."""
    group: list[str] = []
    size = 0
    for path in sorted(sizes):
        group.append(path)
        size += sizes[path]
        if size >= JOINED:
            yield group
            group, size = [], 0
    if len(group) > 1:
        yield group


def join(data_dir: Path, small: SmallFiles) -> None:
    """Write one file and say so in the manifest. Killed anywhere, it is done or not. Raises RowsDiffer."""
    record = Manifest(data_dir).folder / record_name(small.source, small.entity)
    parts = tuple(part for parts in small.files.values() for part in parts)
    with scratch_connection(data_dir, "joining") as connection:
        path = _write_joined(connection, data_dir, [data_dir / path for path in small.files], parts)
    kept = {name: parts for name, parts in read_record(record).items() if name not in small.files}
    write_atomically(record, record_text({**kept, path: parts}))


def take_apart(data_dir: Path, batch_id: str) -> None:
    """Give a batch that is no longer accepted its own files back; the others stay joined without it."""
    for record in sorted(Manifest(data_dir).folder.glob(f"{PREFIX}*.json")):
        files = read_record(record)
        new: JoinedFiles = {}
        for path, parts in files.items():
            if all(part.batch_id != batch_id for part in parts):
                new[path] = parts
                continue
            with scratch_connection(data_dir, "joining") as connection:
                new |= _without(connection, data_dir, path, parts, batch_id)
        if new != files:
            write_atomically(record, record_text(new))


def _without(
    connection: duckdb.DuckDBPyConnection, data_dir: Path, path: str, parts: tuple[Part, ...], batch_id: str
) -> JoinedFiles:
    """Writes the files of the batch, and one of the rest; gives what the latter is made of."""
    joined = data_dir / path
    ends = list(accumulate(part.rows for part in parts))
    others = []
    for part, end in zip(parts, ends, strict=True):
        rows = f"file_row_number >= {end - part.rows} and file_row_number < {end}"
        if part.batch_id == batch_id:
            _copy(connection, [joined], data_dir / part.raw_path, [part], rows)
        else:
            others.append((part, rows))
    if not others:
        return {}
    rest = tuple(part for part, _ in others)
    condition = " or ".join(f"({rows})" for rows in _merged(parts, ends, batch_id))
    return {_write_joined(connection, data_dir, [joined], rest, condition): rest}


def _merged(parts: Sequence[Part], ends: Sequence[int], batch_id: str) -> Iterator[str]:
    """Conditions for the places of all other batches, one for each stretch between those of this one."""
    for is_mine, stretch in groupby(zip(parts, ends, strict=True), lambda each: each[0].batch_id == batch_id):
        found = list(stretch)
        if not is_mine:
            start = found[0][1] - found[0][0].rows
            yield f"file_row_number >= {start} and file_row_number < {found[-1][1]}"


def _write_joined(
    connection: duckdb.DuckDBPyConnection,
    data_dir: Path,
    sources: Sequence[Path],
    parts: Sequence[Part],
    condition: str = "true",
) -> str:
    newest = max(part.batch_id for part in parts)
    target = sources[0].with_name(f"{newest}-j{secrets.token_hex(4)}.parquet")
    _copy(connection, sources, target, parts, condition)
    return target.relative_to(data_dir).as_posix()


def _copy(
    connection: duckdb.DuckDBPyConnection,
    sources: Sequence[Path],
    target: Path,
    parts: Sequence[Part],
    condition: str,
) -> None:
    """Rows in the order of `sources` and of their places there; DuckDB keeps it (preserve_insertion_order)."""
    listed = ", ".join(literal(str(path)) for path in sources)
    rows = f"read_parquet([{listed}], union_by_name = true, file_row_number = true)"
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        query = f"select * exclude (file_row_number) from {rows} where {condition}"
        connection.execute(f"copy ({query}) to {literal(str(temporary))} {PARQUET}")
        if _stretches(connection, temporary) != _claimed(parts):
            raise RowsDiffer(
                f"{sources[0].parent}: files do not hold the rows that raw/_manifest says; nothing was changed"
            )
        move_into_place(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _stretches(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, int]]:
    """(batch, rows) of neighbours in a file, in their order."""
    return connection.execute(
        f"""select _batch_id, count(*) from (
            select
                _batch_id,
                file_row_number as place,
                file_row_number - row_number() over (partition by _batch_id order by file_row_number) as stretch
            from read_parquet({literal(str(path))}, file_row_number = true)
        ) group by _batch_id, stretch order by min(place)"""
    ).fetchall()


def _claimed(parts: Iterable[Part]) -> list[tuple[str, int]]:
    found = groupby(parts, lambda part: part.batch_id)
    return [(batch_id, sum(part.rows for part in neighbours)) for batch_id, neighbours in found]


def replaced_files(data_dir: Path) -> Iterator[Path]:
    """Files whose rows a joined file has now, and joined files that the manifest does not name (any more)."""
    manifest = Manifest(data_dir)
    for contract in CONTRACTS:
        joined = read_record(manifest.folder / record_name(contract.source, contract.entity))
        parts = {data_dir / part.raw_path for parts in joined.values() for part in parts}
        there = set((data_dir / "raw" / contract.source / contract.entity).glob(_JOINED_NAMES))
        unnamed = there - {data_dir / path for path in joined}
        yield from sorted(path for path in parts | unnamed if path.exists())
