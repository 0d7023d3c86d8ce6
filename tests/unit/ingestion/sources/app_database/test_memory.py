"""Memory does not grow with a table: the peak of a process of its own, for a table and for a longer one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase

pytestmark = pytest.mark.xdist_group("postgresql")

#: Rows of about 220 bytes of text.
WIDE = """create table contents as
    with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})
    select 'shop' as app_id, cast(i as text) as content_id, {title} as title, '2026-03-30 04:00:00Z' as updated_at
    from n"""
#: Prints rows and peak MB, of reading alone or of the whole pull.
CHILD = """
import os, resource, sys
from datetime import UTC, datetime
from pathlib import Path
from ingestion.database_config import AppDatabase
from ingestion.settings import Settings
from ingestion.sources.app_database import pull
from ingestion.sources.app_database.contracts import CONTENTS
from ingestion.sources.app_database.pulling import _opened
from ingestion.sources.app_database.table_read import table_read
folder, url, what = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
config = AppDatabase(name="shop", url=url)
if what == "pull":
    (result,) = pull(Settings(folder, datetime(2026, 4, 1, tzinfo=UTC)), [config])
    rows = sum(file.rows_landed for file in result.files if file.entity == "contents")
else:
    with _opened(folder, config, os.environ) as database:
        read = table_read(config, CONTENTS, database.columns("contents"))
        rows = sum(len(batch) for batch in database.rows(read))
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak(shop: CompanyDatabase, rows: int, what: str) -> int:
    title = "hex(zeroblob(100)) || i" if shop.kind == "sqlite" else "repeat('0', 200) || i"
    shop.execute("drop table if exists contents", WIDE.format(rows=rows, title=title))
    finished = subprocess.run(
        [sys.executable, "-c", CHILD, str(shop.folder.path), shop.url, what],
        capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[5],
    )  # fmt: skip
    read, megabytes = finished.stdout.split("\n")[-2].split()
    assert int(read) == rows
    return int(megabytes)


def test_a_table_streams(shop: CompanyDatabase) -> None:
    """30 MB more text in the long one, and several times that as Python objects."""
    short, long = peak(shop, 20_000, "read"), peak(shop, 150_000, "read")
    assert long - short < 30, f"{short} MB, then {long} MB"


def test_a_whole_pull_stays_within_bounds(tmp_path: Path) -> None:
    """The engine needs room for a group of rows of each thread, and some 60 bytes a row to find repetitions."""
    short = peak(CompanyDatabase(tmp_path / "short"), 100_000, "pull")
    long = peak(CompanyDatabase(tmp_path / "long"), 250_000, "pull")
    assert long - short < 90, f"{short} MB, then {long} MB"
