"""Kinds of file, each with its outcome: what is counted, or the words of the refusal, or that it is not looked at."""

import gzip
import io
import json
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import enriched

Counts = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class FileKind:
    """`outcome` is (read, landed, duplicate, quarantined, blank), or `refused: words`, or `not read`."""

    name: str
    file: str
    content: bytes
    outcome: Counts | str


def _event(number: str) -> str:
    return json.dumps({"event_id": number, "event_name": "v", "user_id": "u", "occurred_at": "2026-03-30"})


def _lines(prefix: str, count: int = 3) -> bytes:
    return "".join(_event(f"{prefix}{number}") + "\n" for number in range(count)).encode()


def _zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _parquet(**columns: list[str | None]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


_HEADER = b"event_id,event_name,user_id,occurred_at\n"
_GOOD: Counts = (3, 3, 0, 0, 0)
_BROKEN_LAST = _event("cut")[:25].encode()

FILE_KINDS = [
    FileKind("lines", "plain.ndjson", _lines("a"), _GOOD),
    FileKind("lines under the other name", "plain.jsonl", _lines("b"), _GOOD),
    FileKind("an ending in capitals", "LOUD.NDJSON", _lines("c"), _GOOD),
    FileKind("a name with blanks, quotes and Chinese", "it's 事件 (1).ndjson", _lines("d"), _GOOD),
    FileKind("a name with a glob in it", "[a-z]*?.ndjson", _lines("e"), _GOOD),
    FileKind("a byte order mark", "bom.ndjson", b"\xef\xbb\xbf" + _lines("f"), _GOOD),
    FileKind("CRLF", "crlf.ndjson", _lines("g").replace(b"\n", b"\r\n"), _GOOD),
    FileKind("CR alone", "cr.ndjson", _lines("h").replace(b"\n", b"\r"), (1, 0, 0, 1, 0)),
    FileKind("no newline at the end", "open.ndjson", _lines("i").rstrip(), _GOOD),
    FileKind("a last line that was cut", "cut.ndjson", _lines("j") + _BROKEN_LAST, (4, 3, 0, 1, 0)),
    FileKind("empty", "empty.ndjson", b"", (0, 0, 0, 0, 0)),
    FileKind("a byte order mark alone", "bom_alone.ndjson", b"\xef\xbb\xbf", (0, 0, 0, 0, 0)),
    FileKind("newlines alone", "blank.ndjson", b"\n\r\n\n", (3, 0, 0, 0, 3)),
    FileKind("NUL bytes alone", "holes.ndjson", b"\0" * 4096, (1, 0, 0, 1, 0)),
    FileKind("binary", "picture.ndjson", b"\x89PNG\r\n\x1a\n\xff\xfe\0\0", (3, 0, 0, 3, 0)),
    FileKind("UTF-16", "wide.ndjson", _lines("k").decode().encode("utf-16"), "refused: UTF-16"),
    FileKind("a web page", "page.ndjson", b"<!doctype html>\n<p>502</p>\n", (2, 0, 0, 2, 0)),
    FileKind("gzip", "a.ndjson.gz", gzip.compress(_lines("l")), _GOOD),
    FileKind("gzip, two members", "b.ndjson.gz", gzip.compress(_lines("m", 1)) + gzip.compress(_lines("n", 2)), _GOOD),
    FileKind("gzip with zero bytes after it", "c.ndjson.gz", gzip.compress(_lines("o")) + b"\0" * 512, _GOOD),
    FileKind("gzip with an empty member", "d.ndjson.gz", gzip.compress(b"") + gzip.compress(_lines("p")), _GOOD),
    FileKind("gzip cut in the data", "e.ndjson.gz", gzip.compress(_lines("q"))[:-12], "refused: truncated"),
    FileKind("gzip cut in the trailer", "f.ndjson.gz", gzip.compress(_lines("r"))[:-3], "refused: truncated"),
    FileKind("gzip with a wrong CRC", "g.ndjson.gz", _flipped(gzip.compress(_lines("s")), -6), "refused: damaged"),
    FileKind("gzip with garbage after it", "h.ndjson.gz", gzip.compress(_lines("t")) + b"garbage", "refused: damaged"),
    FileKind("no gzip at all", "i.ndjson.gz", _lines("u"), "refused: damaged"),
    FileKind("zero bytes named .gz", "j.ndjson.gz", b"", "refused: empty"),
    FileKind("gzip twice", "k.ndjson.gz", gzip.compress(gzip.compress(_lines("v"), mtime=0), mtime=0), (1, 0, 0, 1, 0)),
    FileKind("a bomb", "l.ndjson.gz", gzip.compress(b"\n" * (8 << 20)), "refused: times its size"),
    FileKind("zstd", "a.ndjson.zst", _zstd(_lines("w")), _GOOD),
    FileKind("zstd cut", "b.ndjson.zst", _zstd(_lines("x", 100))[:-20], "refused: zstd"),
    FileKind("no zstd at all", "c.ndjson.zst", _lines("y"), "refused: zstd"),
    FileKind("an array", "a.json", f"[{_event('aa0')},\n{_event('aa1')},7]".encode(), (3, 2, 0, 1, 0)),
    FileKind("one event over several lines", "b.json", _event("ab0").replace(",", ",\n").encode(), (1, 1, 0, 0, 0)),
    FileKind("lines named .json", "c.json", _lines("ac"), _GOOD),
    FileKind("an array that was cut", "d.json", f"[{_event('ad0')},".encode(), "refused: not JSON"),
    FileKind("CSV", "a.csv", _HEADER + b"ba0,v,u,2026-03-30\nba1,v,,2026-03-30\n", (2, 1, 0, 1, 0)),
    FileKind("CSV without a row", "b.csv", _HEADER, (0, 0, 0, 0, 0)),
    FileKind("CSV of zero bytes", "c.csv", b"", (0, 0, 0, 0, 0)),
    FileKind("CSV without event_id", "d.csv", b"event_name,user_id,occurred_at\nv,u,1\n", "refused: event_id"),
    FileKind("CSV with semicolons", "e.csv", _HEADER.replace(b",", b";"), "refused: event_id"),
    FileKind("CSV with an open quote", "f.csv", _HEADER + b'bf0,"v,u,1\n', "refused: line 2"),
    FileKind("CSV with ragged rows", "g.csv", _HEADER + b"bg0,v\nbg1,v,u,2026-03-30,x\n", (2, 0, 0, 2, 0)),
    FileKind(
        "Parquet",
        "a.parquet",
        _parquet(event_id=["ca0", "ca1"], event_name=["v"] * 2, user_id=["u", None], occurred_at=["2026-03-30"] * 2),
        (2, 1, 0, 1, 0),
    ),
    FileKind("no Parquet at all", "b.parquet", b"PAR1 no parquet PAR1", "refused: Parquet"),
    FileKind("another format", "a.xlsx", b"PK", "not read"),
    FileKind("no ending", "events", _lines("da"), "not read"),
    FileKind("a hidden file", ".hidden.ndjson", _lines("db"), "not read"),
    FileKind("a file in a hidden folder", ".tmp/a.ndjson", _lines("dc"), "not read"),
    FileKind("enriched TSV with CRLF, a blank line and one cut", "snowplow/a.tsv",
             f"{enriched(event_id='ea0')}\r\n\r\n{enriched(event_id='ea1')[:-3]}".encode(), (3, 1, 0, 1, 1)),
    FileKind("enriched TSV named by .gz only", "snowplow/part-0.gz", gzip.compress(enriched(event_id="eb0").encode()),
             (1, 1, 0, 0, 0)),
    FileKind("lines of JSON among enriched TSV", "snowplow/a.ndjson", _lines("dd"), "not read"),
    FileKind("folders of two formats", "segment/mixpanel/a.ndjson", _lines("de"), "not read"),
    FileKind("a file that grows between two looks", "growing.ndjson", _lines("df"), "not read"),
    FileKind("a link to a file outside", "outside.ndjson", b"", "not read"),
    FileKind("a link to nothing", "dangling.ndjson", b"", "not read"),
    FileKind("a folder named like a file", "folder.ndjson/readme.txt", b"x", "not read"),
]  # fmt: skip
