"""A damaged file of the data folder is one line that says which, and how to go on."""

from pathlib import Path

import duckdb
import pytest

from ingestion.errors import SourceError
from orchestration.audit import AuditFailed, audit
from orchestration.environment import check_memory_limit
from orchestration.freeze import WAREHOUSE, freeze
from orchestration.publication.accepted_days import accept_days
from orchestration.publication.swap import current_receipt
from orchestration.warehouse_refusal import why_not_opened
from tests.unit.orchestration.batches import settings


def test_a_damaged_warehouse_may_be_removed(tmp_path: Path) -> None:
    (tmp_path / WAREHOUSE).write_bytes(b"no database" * 5000)
    with pytest.raises(duckdb.Error) as raised:
        freeze(settings(tmp_path), "run-1", "1.0")
    assert "warehouse.duckdb is damaged: remove it and refresh again" in why_not_opened(raised.value)
    with pytest.raises(AuditFailed, match="remove it and refresh again"):
        audit(tmp_path)


def test_a_page_of_the_warehouse_that_changed_on_disk(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / WAREHOUSE)) as connection:
        connection.execute("create table t as select md5(cast(i as varchar)) as x from range(200000) as r(i)")
    content = bytearray((tmp_path / WAREHOUSE).read_bytes())
    content[12288:] = bytes(len(content) - 12288)
    (tmp_path / WAREHOUSE).write_bytes(content)
    with pytest.raises(duckdb.Error) as raised:
        freeze(settings(tmp_path), "run-1", "1.0")
    assert "remove it and refresh again" in why_not_opened(raised.value)


def test_who_has_the_warehouse_open_is_told_before_anything_else() -> None:
    locked = duckdb.IOException(
        "Could not set lock on file: Conflicting lock is held in bin/python (PID 4711)."
    )
    assert "is open in process 4711" in why_not_opened(locked)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"publication_id": "a"}'])
def test_a_damaged_receipt(tmp_path: Path, content: str) -> None:
    receipt = tmp_path / "published" / "current" / "publication.json"
    receipt.parent.mkdir(parents=True)
    receipt.write_text(content, "utf-8")
    with pytest.raises(SourceError, match=r"publication\.json is damaged: put it back"):
        current_receipt(tmp_path)


def test_damaged_acceptances(tmp_path: Path) -> None:
    (tmp_path / "accepted_days.json").write_text("[{", "utf-8")
    with pytest.raises(SourceError, match=r"accepted_days\.json is damaged: remove it"):
        accept_days(tmp_path, "2026-03-31")


@pytest.mark.parametrize("text", ["", "3GB", "50%", "2.5 GiB", "800mb"])
def test_a_memory_limit_of_the_engine(text: str) -> None:
    check_memory_limit(text)


@pytest.mark.parametrize("text", ["lots", "-5GB", "none", "0GB", "3", "3 apples"])
def test_a_memory_limit_that_is_none(text: str) -> None:
    with pytest.raises(SourceError, match=f"OPS_MEMORY_LIMIT={text}: write 3GB"):
        check_memory_limit(text)
