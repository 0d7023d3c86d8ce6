"""What holds for every vendor format: folders, files, exact numbers, nothing lost."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.sources.app_events import pull
from ingestion.sources.app_events.adapters import ADAPTERS
from ingestion.sources.app_events.adapters.mapping_table import DOCUMENT, document_text
from ingestion.sources.app_events.strict_rows import COLUMNS
from tests.unit.ingestion.sources.app_events.adapters import vendor_lines
from tests.unit.ingestion.sources.app_events.adapters.vendor_folder import VendorFolder
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

LINES: dict[str, dict[str, Any]] = {
    "segment": vendor_lines.SEGMENT_TRACK,
    "sensors": vendor_lines.SENSORS_TRACK,
    "ga4_export": vendor_lines.GA4_PURCHASE,
    "amplitude": vendor_lines.AMPLITUDE_EVENT,
    "mixpanel": vendor_lines.MIXPANEL_EVENT,
}


@pytest.mark.parametrize("format_", ADAPTERS)
def test_an_adapter_names_canonical_columns_only(format_: str) -> None:
    assert set(ADAPTERS[format_].columns) <= set(COLUMNS)
    assert {"event_id", "event_name", "user_id", "anonymous_id", "occurred_at"} <= set(
        ADAPTERS[format_].columns
    )


def test_the_folder_names_the_format_and_the_app(tmp_path: Path) -> None:
    company = CompanyFolder(tmp_path)
    for format_, line in LINES.items():
        company.put(
            f"app_events/{format_}/app_id=shop/2026-03-30.json.gz", gzip.compress(json.dumps(line).encode())
        )
    company.put("app_events/Segment/list.json", json.dumps([LINES["segment"], 7], indent=1))
    (result,) = pull(company.settings)
    found = counts(result)
    assert found.pop("inbox/app_events/Segment/list.json") == (2, 1, 0, 1, 0)
    assert set(found.values()) == {(1, 1, 0, 0, 0)}
    rows = company.landed("app_events", "events")
    assert {row["app_id"] for row in rows if "app_id=" in row["_source_file"]} == {"shop"}


def test_a_file_moved_to_where_it_means_something_else_is_read_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Put aside whole as canonical; moved to its format, to its app; in another folder of both it is the same."""
    company = CompanyFolder(tmp_path)
    path = company.put("app_events/a.ndjson", json.dumps(LINES["segment"], ensure_ascii=False))
    found = []
    for folder in ("2026", "segment", "segment/app_id=club", "Segment/app_id=club/2026"):
        company.accept(pull(company.settings))
        target = tmp_path / "inbox" / "app_events" / folder / "a.ndjson"
        target.parent.mkdir(parents=True)
        path = path.rename(target)
        with caplog.at_level("INFO"):
            found.append(
                [counts(result)[f"inbox/app_events/{folder}/a.ndjson"] for result in pull(company.settings)]
            )
    assert found == [[], [(1, 1, 0, 0, 0)], [(1, 1, 0, 0, 0)], []]
    assert [row["app_id"] for row in company.landed("app_events", "events")] == ["default", "club"]
    assert (
        "the same content was landed before as inbox/app_events/segment/app_id=club/a.ndjson" in caplog.text
    )


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.xlsx"])
def test_a_vendor_file_is_json(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    company = CompanyFolder(tmp_path)
    company.put(f"app_events/segment/{name}", "x")
    assert pull(company.settings) == []
    assert f"not read: inbox/app_events/segment/{name}: not a file of events" in caplog.text


@pytest.mark.parametrize("format_", LINES)
def test_every_line_has_an_outcome(tmp_path: Path, format_: str) -> None:
    folder = VendorFolder(tmp_path, format_)
    text = json.dumps(LINES[format_])
    odd = text[:-1] + ',"score":0.12345678901234567890,"big":123456789012345678901234567890}'
    rows = folder.land(text, "", text, "[]", "{}", odd, '{"a":1,"a":2}', text[:-1] + ',"n":NaN}', "\0")
    assert [row["_source_row"] for row in rows] == [1, 6]
    assert json.loads(rows[0]["properties"]) == json.loads(rows[1]["properties"])
    assert '"score":0.12345678901234567890,"big":123456789012345678901234567890' in rows[1]["_extra"]
    assert "number-" not in "".join(str(value) for row in rows for value in row.values())
    assert [row for row, _ in folder.reasons()] == [4, 5, 7, 8, 9]


@pytest.mark.parametrize(
    ("format_", "key"),
    [
        ("segment", "properties"),
        ("sensors", "properties"),
        ("mixpanel", "properties"),
        ("amplitude", "event_properties"),
        ("ga4_export", "event_params"),
    ],
)
def test_properties_that_are_a_text_put_only_their_line_aside(tmp_path: Path, format_: str, key: str) -> None:
    folder = VendorFolder(tmp_path, format_)
    line = LINES[format_]
    rows = folder.land({**line, key: "{broken"}, {**line, key: "words"}, {**line, key: "[broken"}, line)
    assert [row["_source_row"] for row in rows] == [4]
    assert [row for row, _ in folder.reasons()] == [1, 2, 3]


def test_the_documented_mapping_is_the_one_that_runs() -> None:
    """After a change: `python -m ingestion.sources.app_events.adapters.mapping_table`."""
    assert DOCUMENT.read_text("utf-8") == document_text()
