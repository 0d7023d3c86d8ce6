"""What Dagster shows of the batches of a run."""

import json
from pathlib import Path

import pytest

from ingestion.manifest import Manifest
from ingestion.sources.app_events import pull
from ingestion.sources.app_events.contracts import EVENTS
from orchestration.defs.batch_metadata import batch_metadata
from orchestration.masking import masked
from tests.unit.ingestion.sources.app_events.event_lines import line
from tests.unit.orchestration.batches import settings


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"user_id":"u 1","event_name":"like",', '{"user_id":***,"event_name":"like",'),
        ('{"distinct_id" : 1234, "n": 7}', '{"distinct_id" : ***, "n": 7}'),
        ('{"$device_id":"a\\"b","nick_name":"小明"}', '{"$device_id":***,"nick_name":***}'),
        ("write to li.lei+1@example.com or 13800138000", "write to *** or ***"),
        ('{"user_id":"cut off', '{"user_id":***'),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_personal_values_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_batch_tells_its_files_dates_and_samples(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox" / "app_events"
    inbox.mkdir(parents=True)
    (inbox / "a.ndjson").write_text(
        "\n".join([line("1"), line("1"), line("2", occurred_at="2026-03-01"), line("3", user_id=""), ""])
        + '{"user_id":"u77"\n'
    )
    pull(settings(tmp_path))
    found = batch_metadata(tmp_path, EVENTS, Manifest(tmp_path).entries())
    (record,) = found["files"].records  # type: ignore[attr-defined]
    assert record.data["file"] == "inbox/app_events/a.ndjson"
    assert [record.data[f"rows_{name}"] for name in ("read", "landed", "duplicate", "quarantined")] == [
        5,
        2,
        1,
        2,
    ]
    assert (found["touched_dates"], found["first_touched_date"], found["last_touched_date"]) == (
        2, "2026-03-01", "2026-03-30",
    )  # fmt: skip
    assert found["quarantined_by_reason"] == {"broken_json": 1, "missing_identity": 1}
    samples = json.dumps([sample.data for sample in found["quarantined_samples"].records])  # type: ignore[attr-defined]
    assert "u77" not in samples
    assert "***" in samples
    assert float(str(found["rows_per_second"])) >= 0
    assert batch_metadata(tmp_path, EVENTS, []) == {}
