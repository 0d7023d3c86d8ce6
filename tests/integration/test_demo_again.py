"""A second run of the same company changes nothing; a failing check leaves the last good publication."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.integration.conftest import DEMO_SIZE
from tests.integration.pipeline import Run, make

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]


def _content(run: Run) -> dict[str, tuple[int, str]]:
    """Rows and an order-free digest of every published table but those that record publications."""
    with run.published() as published:
        tables = published.sql(
            """select table_schema || '.' || table_name from information_schema.tables
            where table_schema in ('marts', 'kpi') and table_type = 'BASE TABLE' order by 1"""
        ).fetchall()
        return {
            table: published.sql(f"select count(*), cast(sum(hash(t)) as varchar) from {table} t").fetchall()[
                0
            ]
            for (table,) in tables
        }


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_second_run_changes_nothing(demo_run: Run) -> None:
    content, inbox = _content(demo_run), _files(demo_run.data_dir / "inbox")
    version = os.readlink(demo_run.data_dir / "published" / "current")
    again = make("run", demo_run.data_dir.parent, folder=demo_run.data_dir, **DEMO_SIZE)
    assert again.returncode == 0, again.output[-4000:]
    assert _files(again.data_dir / "inbox") == inbox
    assert _content(again) == content
    assert os.readlink(again.data_dir / "published" / "current") == version


@pytest.fixture
def copied_demo(demo_run: Run, tmp_path: Path) -> Path:
    """A copy of the finished demo data folder, to break things in."""
    copy = tmp_path / "copy" / "demo"
    shutil.copytree(demo_run.data_dir, copy, symlinks=True)
    return copy


def test_a_rebuilt_warehouse_publishes_the_same(demo_run: Run, copied_demo: Path) -> None:
    (copied_demo / "warehouse.duckdb").unlink()
    rebuilt = make("run", copied_demo.parent, folder=copied_demo, **DEMO_SIZE)
    assert rebuilt.returncode == 0, rebuilt.output[-4000:]
    assert _content(rebuilt) == _content(demo_run)


def test_a_failed_check_publishes_nothing_and_says_what_failed(demo_run: Run, copied_demo: Path) -> None:
    """USD without a rate: harbor's orders cannot be converted, which is a failed check and not a zero."""
    before = os.readlink(copied_demo / "published" / "current")
    rates = copied_demo / "inbox" / "ops_workbook" / "fx_rates.csv"
    header, *_ = rates.read_text("utf-8-sig").splitlines()
    rates.write_text(header + "\n", "utf-8")
    os.utime(rates, (1_700_000_000, 1_700_000_000))
    failed = make("run", copied_demo.parent, folder=copied_demo, **DEMO_SIZE)
    assert failed.returncode != 0
    assert os.readlink(copied_demo / "published" / "current") == before
    assert "fx" in failed.output or "rate" in failed.output
    assert "make rows" in failed.output
    assert _content(failed) == _content(demo_run)
