"""`make accept` and `make withdraw`."""

from pathlib import Path

import pytest

from ingestion.manifest import Manifest
from orchestration.batches import BatchError, change_state
from tests.unit.orchestration.batches import land

APP = {"app_id": "shop"}


def test_a_held_batch_can_be_accepted_and_withdrawn_after(tmp_path: Path) -> None:
    batch, manifest = land(tmp_path, "ops_workbook", {"apps": [APP]}), Manifest(tmp_path)
    manifest.set_state(batch, "held", "too short")
    for verb, state in (("accept", "accepted"), ("withdraw", "withdrawn")):
        change_state(manifest, verb, batch)
        entry = manifest.entry(batch)
        assert entry is not None
        assert entry.state == state
        assert "by hand" in entry.state_reason


def test_an_unknown_batch_lists_the_held_ones(tmp_path: Path) -> None:
    batch, manifest = land(tmp_path, "ops_workbook", {"apps": [APP]}), Manifest(tmp_path)
    with pytest.raises(BatchError, match="no batch is held"):
        change_state(manifest, "accept", "")
    manifest.set_state(batch, "held")
    with pytest.raises(BatchError, match=batch):
        change_state(manifest, "accept", "nonsense")


@pytest.mark.parametrize(("state", "words"), [("withdrawn", "only a held batch"), ("accepted", "already")])
def test_only_a_held_batch_can_be_accepted(tmp_path: Path, state: str, words: str) -> None:
    batch, manifest = land(tmp_path, "ops_workbook", {"apps": [APP]}), Manifest(tmp_path)
    manifest.set_state(batch, state)
    with pytest.raises(BatchError, match=words):
        change_state(manifest, "accept", batch)
