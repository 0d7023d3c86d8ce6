"""A command that changes the data folder ends in one line, whatever the disk says."""

from pathlib import Path

import duckdb
import pytest

from ingestion.settings import Settings
from orchestration.command import change


def test_a_disk_that_takes_no_more_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """DuckDB's errors of files are no OSError; /dev/full is a disk without room."""
    monkeypatch.setenv("OPS_DATA_DIR", str(tmp_path / "data"))

    def act(_settings: Settings) -> str:
        duckdb.connect().sql("copy (from range(100000)) to '/dev/full' (format csv)")
        return "written"

    assert change("make replay", act) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("error: ")
    assert "/dev/full" in said.err
