"""Files of lines as Arrow: one row per physical line, with its file and number, nothing lost.

Lines are cut in Python, not by a CSV reader, so that NUL bytes, blank lines, CRLF, a missing final newline and
broken UTF-8 each stay one numbered line. Cutting is vectorised: the text is not copied per line.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ingestion.errors import FileRefused
from ingestion.sources.app_events.decompression import BLOCK_BYTES, sound_blocks
from ingestion.sources.app_events.formats import EventFile
from ingestion.sources.app_events.odd_lines import Places, line_ends, looked_at

#: A longer line is put aside with its first characters.
LINE_BYTES = 16 << 20
SHOWN_BYTES = 2000
#: `note` is null, or the reason code of a line that cannot be text; `odd` says that it needs a second look, and
#: `edged` that a text in it may begin or end with a blank (odd_lines).
SCHEMA = pa.schema(
    [
        ("line", pa.string()),
        ("file", pa.dictionary(pa.int32(), pa.string())),
        ("row", pa.int64()),
        ("note", pa.string()),
        ("odd", pa.bool_()),
        ("edged", pa.bool_()),
    ]
)
#: A piece of this size is cut as it lies; smaller ones are put together.
LARGE_BYTES = BLOCK_BYTES // 2
#: (number of the file, number of its first line, places behind the newlines, text that ends with a newline)
_Piece = tuple[int, int, Places, bytes | memoryview]


class LineCutter:
    """Collects whole lines of one file after the other and cuts them into record batches."""

    def __init__(self, names: list[str]) -> None:
        self._names = pa.array(names, pa.string())
        self._pieces: list[_Piece] = []
        self._waiting = 0

    def batches(self, number: int, file: EventFile) -> Iterator[pa.RecordBatch]:
        """Batches that are full after this file's lines, not in their order. Raises FileRefused."""
        row = 1
        for piece, note in _whole_lines(file):
            if note:
                text = bytes(piece).decode("utf-8", "backslashreplace")
                yield self._batch([text], [number], [row], [note], [True], [True])
                row += 1
                continue
            ends = line_ends(np.frombuffer(piece, np.uint8))
            if len(piece) >= LARGE_BYTES:
                yield self._cut([(number, row, ends, piece)])
            else:
                self._pieces.append((number, row, ends, piece))
                self._waiting += len(piece)
                if self._waiting >= LARGE_BYTES:
                    yield from self.rest()
            row += len(ends)

    def rest(self) -> Iterator[pa.RecordBatch]:
        """What waits, as one batch."""
        pieces, self._pieces, self._waiting = self._pieces, [], 0
        if pieces:
            yield self._cut(pieces)

    def _cut(self, pieces: list[_Piece]) -> pa.RecordBatch:
        data, ends = pieces[0][3], pieces[0][2]
        if len(pieces) > 1:
            data = b"".join(piece for _, _, _, piece in pieces)
            starts = np.cumsum([0, *(len(piece) for _, _, _, piece in pieces[:-1])])
            ends = np.concatenate([start + own for start, (_, _, own, _) in zip(starts, pieces, strict=True)])
        counts = [len(own) for _, _, own, _ in pieces]
        bytes_ = np.frombuffer(data, np.uint8)
        offsets = np.zeros(len(ends) + 1, np.int32)
        offsets[1:] = ends
        files = np.repeat(np.array([piece[0] for piece in pieces], np.int32), counts)
        rows = np.concatenate(
            [np.arange(first, first + len(own), dtype=np.int64) for _, first, own, _ in pieces]
        )
        looks = looked_at(bytes_, ends)
        lines = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))
        try:
            lines.validate(full=True)
        except pa.ArrowInvalid:
            texts, notes = _decoded(lines)
            return self._batch(texts, files, rows, notes, looks.odd, looks.edged)
        return self._batch(lines, files, rows, pa.nulls(len(ends), pa.string()), looks.odd, looks.edged)

    def _batch(
        self, lines: object, files: object, rows: object, notes: object, odd: object, edged: object
    ) -> pa.RecordBatch:
        dictionary = pa.DictionaryArray.from_arrays(pa.array(files, pa.int32()), self._names)
        columns = [
            pa.array(lines, pa.string()),
            dictionary,
            pa.array(rows, pa.int64()),
            pa.array(notes, pa.string()),
            pa.array(odd, pa.bool_()),
            pa.array(edged, pa.bool_()),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def lines_table(texts: Sequence[str], names: Sequence[str], numbers: Sequence[int]) -> pa.Table:
    """Lines that were cut elsewhere; each of them gets the second look."""
    columns = {
        "line": pa.array(texts, pa.string()),
        "file": pa.array(names, pa.string()).dictionary_encode(),
        "row": pa.array(numbers, pa.int64()),
        "note": pa.nulls(len(texts), pa.string()),
        "odd": pa.array([True] * len(texts), pa.bool_()),
        "edged": pa.array([True] * len(texts), pa.bool_()),
    }
    return pa.table(columns, SCHEMA)


def _whole_lines(file: EventFile) -> Iterator[tuple[bytes | memoryview, str | None]]:
    """(lines that end with a newline, note) of a file, without its byte order mark. Blocks are not copied: a line that
    lies in two of them is a piece of its own."""
    carry: list[bytes] = []
    carried, is_first = 0, True
    for block in sound_blocks(file):
        if is_first:
            is_first = False
            if block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise FileRefused(file.name, "is UTF-16; save it as UTF-8")
            block = block.removeprefix(b"\xef\xbb\xbf")
        end = block.rfind(b"\n") + 1
        if end == 0:
            # Only the beginning of an endless line is kept.
            if carried <= LINE_BYTES:
                carry.append(block)
            carried += len(block)
            continue
        first = block.find(b"\n") + 1 if carried else 0
        if carried > LINE_BYTES:
            yield carry[0][:SHOWN_BYTES] + b"\n", "line_too_long"
        elif carried:
            yield b"".join((*carry, block[:first])), None
        if first < end:
            yield memoryview(block)[first:end], None
        carry, carried = ([block[end:]], len(block) - end) if end < len(block) else ([], 0)
    if carried > LINE_BYTES:
        yield carry[0][:SHOWN_BYTES] + b"\n", "line_too_long"
    elif carried:
        yield b"".join((*carry, b"\n")), None


def _decoded(lines: pa.StringArray) -> tuple[list[str], list[str | None]]:
    """Lines that are UTF-8 as they are; in the others each wrong byte becomes `\\xNN`, and a note."""
    texts: list[str] = []
    notes: list[str | None] = []
    for line in lines.view(pa.binary()).to_pylist():
        try:
            texts.append(line.decode("utf-8"))
            notes.append(None)
        except UnicodeDecodeError:
            texts.append(line.decode("utf-8", "backslashreplace"))
            notes.append("broken_encoding")
    return texts, notes
