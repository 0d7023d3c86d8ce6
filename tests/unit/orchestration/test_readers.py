"""Readers in a loop through a few publications; `python -m benchmarks.readers` has 8 through 100."""

from pathlib import Path

from benchmarks.readers import measure


def test_readers_see_whole_versions_through_publications(tmp_path: Path) -> None:
    readers = measure(tmp_path, publications=4, readers=2)
    assert [(reader["errors"], reader["torn"]) for reader in readers] == [([], [])] * 2
    assert all(reader["reads"] >= reader["versions"] > 1 for reader in readers)
