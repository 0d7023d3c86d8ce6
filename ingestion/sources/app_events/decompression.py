"""Bytes of a file, decompressed, with the whole file proved sound before the first of them is used.

DuckDB does not look at the checksum of gzip, so it is done here: every member, its CRC and its length.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from ingestion.errors import FileRefused, SourceError
from ingestion.sources.app_events.formats import EventFile

BLOCK_BYTES = 4 << 20
#: Up to this much decompressed text of one file is kept, so that it is decompressed once.
KEPT_BYTES = 192 << 20
#: A file that unpacks to more than a gibibyte and to more than this many times its size is a bomb.
BOMB_BYTES, BOMB_RATIO = 1 << 30, 200


def sound_blocks(file: EventFile) -> Iterator[bytes]:
    """Blocks of the decompressed file. Raises FileRefused before the first block when it is damaged."""
    if file.compression is None:
        yield from _plain(file.file.path)
        return
    kept: list[bytes] | None = []
    total = 0
    for block in _decompressed(file):
        total += len(block)
        if total > BOMB_BYTES and total > BOMB_RATIO * file.file.size:
            raise FileRefused(
                file.name, f"unpacks to more than {BOMB_RATIO} times its size; split it if that is meant"
            )
        if kept is not None:
            kept.append(block)
            if total > KEPT_BYTES:
                kept = None
    yield from kept if kept is not None else _decompressed(file)


def _plain(path: Path) -> Iterator[bytes]:
    """Raises SourceError: what was read of the file before may already wait to be landed."""
    try:
        with open(path, "rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise SourceError(
            f"{path.name} cannot be read any more ({error.strerror}); nothing of this run was landed: run again"
        ) from error


def _decompressed(file: EventFile) -> Iterator[bytes]:
    if file.compression == "gzip":
        yield from _gunzipped(file)
        return
    try:
        with pa.OSFile(str(file.file.path)) as raw, pa.CompressedInputStream(raw, "zstd") as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block
    except (OSError, pa.ArrowException) as error:
        raise FileRefused(file.name, f"damaged zstd file ({error}); send it again") from error


def _gunzipped(file: EventFile) -> Iterator[bytes]:
    """Members one after the other; zero bytes after the last one are padding."""
    inflate: zlib._Decompress | None = None
    members = 0
    try:
        for block in _plain(file.file.path):
            data, pending = block, False
            while data or pending:
                if inflate is None:
                    if members and not data.strip(b"\0"):
                        break
                    inflate = zlib.decompressobj(wbits=31)
                out = inflate.decompress(data, BLOCK_BYTES)
                if out:
                    yield out
                # A full block may leave output inside although all input is consumed.
                pending = len(out) == BLOCK_BYTES and not inflate.eof
                if inflate.eof:
                    data, inflate, members = inflate.unused_data, None, members + 1
                else:
                    data = inflate.unconsumed_tail
    except zlib.error as error:
        raise FileRefused(file.name, f"damaged gzip file ({error}); send it again") from error
    if inflate is not None:
        # What is left inside the decompressor belongs to a member that never ended.
        raise FileRefused(file.name, "truncated gzip file; send it again")
    if not members:
        raise FileRefused(file.name, "not a gzip file; it is empty")
