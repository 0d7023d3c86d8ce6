"""Entries are read once, also by the next process; a checkpoint is never trusted more than the files."""

import json
import os
from pathlib import Path

import pytest

from ingestion import manifest, manifest_files
from ingestion.manifest import BatchEntry, FileEntry, Manifest
from ingestion.manifest_files import CHECKPOINT, ManifestFiles

BATCHES = 100


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the manifest's files that were opened."""
    names: list[str] = []
    read = manifest_files._content
    monkeypatch.setattr(manifest_files, "_content", lambda path: names.append(path.name) or read(path))
    return names


@pytest.fixture
def filled(tmp_path: Path) -> Manifest:
    found = Manifest(tmp_path)
    for number in range(BATCHES):
        batch_id = f"20260101T{number:012}Z-00000000"
        file = FileEntry("events", f"{number}.ndjson", 1, 1, 0, 0, 0, raw_path=f"raw/{number}.parquet")
        found.commit(BatchEntry(batch_id, "app_events", "2026-01-01T00:00:00+00:00", "2026-01-01", (file,),
                                dates={f"raw/{number}.parquet": ("2026-01-01",)}))  # fmt: skip
        found.set_state(batch_id, "accepted", "fine")
    return found


def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_FILES", ManifestFiles())


def test_each_file_is_opened_once(
    filled: Manifest, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = filled.entries()
    assert [entry.state for entry in entries] == ["accepted"] * BATCHES
    assert entries[3].dates == {"raw/3.parquet": ("2026-01-01",)}
    assert len(opened) == len(set(opened)) == 2 * BATCHES
    assert filled.entries() == entries
    filled.set_state(entries[0].batch_id, "withdrawn")
    assert filled.entries()[0].state == "withdrawn"
    assert len(opened) == 2 * BATCHES + 1
    new_process(monkeypatch)
    assert filled.entries()[1:] == entries[1:]
    assert filled.entries()[0].state == "withdrawn"
    assert len(opened) == 2 * BATCHES + 2


def test_a_checkpoint_is_no_truth(filled: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = filled.entries()
    path = filled.folder / f"{entries[5].batch_id}.json"
    body = json.loads(path.read_text()) | {"source": "other"}
    path.write_text(json.dumps(body))
    next(filled.folder.glob(f"{entries[7].batch_id}.*.accepted.json")).unlink()
    for damage in ("", "{", "[1]", '{"a.json": 1}', None):
        if damage is not None:
            (filled.folder / CHECKPOINT).write_text(damage)
        new_process(monkeypatch)
        found = filled.entries()
        assert found[5].source == "other"
        assert found[7].state == "landed"
        assert found[:5] == entries[:5]


def test_a_read_only_folder_needs_no_checkpoint(filled: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError(30, "read-only")))
    new_process(monkeypatch)
    assert len(filled.entries()) == BATCHES
    assert not list(filled.folder.glob("*.tmp"))
