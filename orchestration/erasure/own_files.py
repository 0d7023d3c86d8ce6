"""Files that name a person and are not ours to change, so they are only named: the company's own, and those of raw
tables that the code no longer knows.
"""

import gzip
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contracts import CONTRACTS
from ingestion.database_config import AppDatabase
from ingestion.erasure.person_rows import mention
from ingestion.inbox import inbox_files
from ingestion.sources_config import load_sources

_FOLDERS = ("app_events", "ops_workbook", "platform_exports")
_BLOCK = 1 << 20
#: No id is longer; so much of a block is looked at again with the next one.
_OVERLAP = 1024


def own_files(data_dir: Path, texts: list[str]) -> list[str]:
    """Inbox files in which one of the ids stands, whatever their packing; relative to the data folder."""
    files = ((file.name, file.path) for folder in _FOLDERS for file in inbox_files(data_dir, folder))
    return list(_naming(files, texts))


def unknown_raw_files(data_dir: Path, texts: list[str]) -> list[str]:
    """The same of raw files of tables without a contract: their source was removed, its files stayed."""
    known = {(contract.source, contract.entity) for contract in CONTRACTS}
    paths = sorted((data_dir / "raw").glob("*/*/[!._]*.parquet"))
    unknown = [path for path in paths if path.parts[-3:-1] not in known]
    return list(_naming(((path.relative_to(data_dir).as_posix(), path) for path in unknown), texts))


def _naming(files: Iterable[tuple[str, Path]], texts: list[str]) -> Iterator[str]:
    """A short id also where it is a whole cell or value without quotes: a file too many is looked at, none too few."""
    among_words = mention(texts)
    assert among_words is not None
    pattern = re.compile("|".join([among_words.pattern, *map(_as_a_value, texts)]))
    for name, path in files:
        try:
            if any(pattern.search(text) for text in _texts(path)):
                yield name
        except (OSError, EOFError, zipfile.BadZipFile, pa.ArrowException):
            yield f"{name} (cannot be read: look yourself)"


def _as_a_value(text: str) -> str:
    return rf"(?:^|[,;:\[|\t\r\n]) ?{re.escape(text)} ?(?:$|[,;\]}}|\t\r\n])"


def own_databases(data_dir: Path) -> list[AppDatabase]:
    return list(load_sources(data_dir).app_databases)


def _texts(path: Path) -> Iterator[str]:
    name = path.name.lower()
    if name.endswith(".parquet"):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches():
                cells = (value for row in batch.to_pylist() for value in row.values())
                # In quotes, as a short id has to stand.
                yield "\n".join(f'"{value}"' for value in cells)
    elif name.endswith(".xlsx"):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                with archive.open(member) as part:
                    yield from _blocks(part)
    elif name.endswith(".gz"):
        with gzip.open(path) as packed:
            yield from _blocks(packed)
    elif name.endswith(".zst"):
        with pa.input_stream(str(path), compression="zstd") as stream:
            yield from _blocks(stream)
    else:
        with open(path, "rb") as plain:
            yield from _blocks(plain)


def _blocks(file: "IO[bytes] | pa.NativeFile") -> Iterator[str]:
    rest = b""
    while block := file.read(_BLOCK):
        encoding = "utf-16" if (rest or block)[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        yield (rest + block).decode(encoding, "replace")
        rest = (rest + block)[-_OVERLAP:]


def spelled(text: str) -> str:
    """An id as it may be shown in a line of the terminal."""
    return re.sub(r"\s+", " ", text)[:80]
