"""Files of events as a whole: compression, formats, repetition, groups."""

import gzip
import logging
import os
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

TEXT = lines(*(line(str(number)) for number in range(1000))).encode()


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    return CompanyFolder(tmp_path)


def zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ndjson.gz", gzip.compress(TEXT)),
        ("members.jsonl.gz", gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:]) + b"\0" * 512),
        ("A.JSONL.ZST", zstd(TEXT)),
    ],
)
def test_a_compressed_file_lands_whole(company: CompanyFolder, name: str, data: bytes) -> None:
    company.put(f"app_events/{name}", data)
    (result,) = pull(company.settings)
    assert counts(result) == {f"inbox/app_events/{name}": (1000, 1000, 0, 0, 0)}


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("crc.ndjson.gz", flipped(gzip.compress(TEXT), -6)),
        ("cut.ndjson.gz", gzip.compress(TEXT)[:-200]),
        ("trailer.ndjson.gz", gzip.compress(TEXT)[:-4]),
        ("tail.ndjson.gz", gzip.compress(TEXT) + b"garbage"),
        ("second.ndjson.gz", gzip.compress(TEXT) + gzip.compress(TEXT)[:-3]),
        ("plain.ndjson.gz", TEXT),
        ("none.ndjson.gz", b""),
        ("cut.ndjson.zst", zstd(TEXT)[:-40]),
        ("plain.ndjson.zst", TEXT),
        ("wide.ndjson", TEXT.decode().encode("utf-16")),
        ("broken.parquet", b"PAR1 no parquet PAR1"),
    ],
)
def test_a_damaged_file_is_refused_whole_and_the_others_land(
    company: CompanyFolder, name: str, data: bytes
) -> None:
    company.put(f"app_events/{name}", data)
    company.put("app_events/good.ndjson", lines(line("good")))
    (result,) = pull(company.settings)
    assert [refusal.file_name for refusal in result.refused] == [f"inbox/app_events/{name}"]
    assert "\n" not in result.refused[0].reason
    assert counts(result) == {"inbox/app_events/good.ndjson": (1, 1, 0, 0, 0)}


def test_a_refused_file_alone_makes_no_batch_and_is_looked_at_again(company: CompanyFolder) -> None:
    path = company.put("app_events/a.ndjson.gz", gzip.compress(TEXT)[:-4])
    assert [result.batch_id for result in pull(company.settings)] == [None]
    assert [result.batch_id for result in pull(company.settings)] == [None]
    path.write_bytes(gzip.compress(TEXT))
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/a.ndjson.gz"] == (1000, 1000, 0, 0, 0)


def test_a_bomb_is_refused(company: CompanyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.sources.app_events.decompression.BOMB_BYTES", 1 << 20)
    company.put("app_events/bomb.ndjson.gz", gzip.compress(b"\n" * (8 << 20)))
    (result,) = pull(company.settings)
    assert "times its size" in result.refused[0].reason


def test_a_file_too_large_to_keep_is_decompressed_again(
    company: CompanyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.sources.app_events.decompression.KEPT_BYTES", 1000)
    company.put("app_events/a.ndjson.gz", gzip.compress(TEXT))
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/a.ndjson.gz"] == (1000, 1000, 0, 0, 0)


@pytest.mark.parametrize("folder", ["snowplow", "2026/Snowplow"])
def test_lines_of_another_format_are_named_and_not_read(
    company: CompanyFolder, folder: str, caplog: pytest.LogCaptureFixture
) -> None:
    company.put(f"app_events/{folder}/a.ndjson", TEXT)
    with caplog.at_level(logging.WARNING):
        assert pull(company.settings) == []
    assert "not a file of enriched events" in caplog.text
    assert f"{folder}/a.ndjson" in caplog.text


def test_a_second_run_lands_nothing(company: CompanyFolder) -> None:
    path = company.put("app_events/a.ndjson", TEXT)
    company.accept(pull(company.settings))
    assert pull(company.settings) == []
    os.utime(path, ns=(1, 1))
    assert pull(company.settings) == []
    path.rename(path.with_name("renamed.ndjson"))
    assert pull(company.settings) == []


def test_lines_of_csv_named_as_json_are_read_once_they_have_their_name(company: CompanyFolder) -> None:
    path = company.put("app_events/a.ndjson", "event_id,event_name,user_id,occurred_at\n1,v,u,1\n")
    company.accept(pull(company.settings))
    path.rename(path.with_suffix(".csv"))
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/app_events/a.csv": (1, 1, 0, 0, 0)}


def test_the_same_events_split_and_merged_change_nothing(company: CompanyFolder) -> None:
    company.put("app_events/a.ndjson", TEXT)
    company.accept(pull(company.settings))
    some = TEXT.splitlines(keepends=True)
    company.put("app_events/part.ndjson.gz", gzip.compress(b"".join(reversed(some[:400]))))
    company.put("app_events/rest.jsonl", b"".join(some[300:]) + lines(line("new")).encode())
    (result,) = pull(company.settings)
    assert counts(result) == {
        "inbox/app_events/part.ndjson.gz": (400, 0, 400, 0, 0),
        "inbox/app_events/rest.jsonl": (701, 1, 700, 0, 0),
    }


def test_large_input_is_landed_in_several_steps_of_one_batch(
    company: CompanyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.sources.app_events.pulling.GROUP_BYTES", 20_000)
    monkeypatch.setattr("ingestion.sources.app_events.line_blocks.BLOCK_BYTES", 10_000)
    monkeypatch.setattr("ingestion.sources.app_events.decompression.BLOCK_BYTES", 7_000)
    company.put("app_events/a.ndjson", TEXT)
    company.put("app_events/b.ndjson.gz", gzip.compress(TEXT.replace(b"shop", b"club")))
    company.put("app_events/c.ndjson", "")
    (result,) = pull(company.settings)
    rows = company.landed("app_events", "events")
    assert len(rows) == 2000
    assert [row["_source_row"] for row in rows[:1000]] == list(range(1, 1001))
    assert [row["event_id"] for row in rows[1000:]] == [str(number) for number in range(1000)]
    assert {file.file_name for file in result.files} == {
        f"inbox/app_events/{n}" for n in ("a.ndjson", "b.ndjson.gz", "c.ndjson")
    }
    assert all(file.is_conserved for file in result.files)
    assert sum(file.rows_read for file in result.files) == 2000


def test_many_small_files_share_a_step(company: CompanyFolder) -> None:
    for number in range(500):
        company.put(f"app_events/{number % 7}/{number:04}.ndjson", line(str(number)))
    (result,) = pull(company.settings)
    assert set(counts(result).values()) == {(1, 1, 0, 0, 0)}
    assert len({file.raw_path for file in result.files}) == 1
    assert {row["_source_row"] for row in company.landed("app_events", "events")} == {1}
