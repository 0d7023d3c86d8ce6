"""The inbox is looked into safely: no way out of the data folder, no name that stops a run."""

import os
from pathlib import Path

import pytest

from ingestion import inbox
from ingestion.errors import SourceError
from ingestion.inbox import inbox_files
from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.event_lines import line
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    return CompanyFolder(tmp_path / "data")


def test_a_link_out_of_the_data_folder_is_not_followed(company: CompanyFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.ndjson").write_text(line("1"))
    company.put("app_events/a.ndjson", line("2"))
    (company.path / "inbox/app_events/link.ndjson").symlink_to(outside / "secret.ndjson")
    (company.path / "inbox/app_events/folder").symlink_to(outside)
    assert [file.name for file in inbox_files(company.path, "app_events")] == ["inbox/app_events/a.ndjson"]


def test_a_folder_that_is_a_link_out_is_named(company: CompanyFolder, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (company.path / "inbox").mkdir(parents=True)
    (company.path / "inbox/app_events").symlink_to(tmp_path / "outside")
    with pytest.raises(SourceError, match="inbox/app_events is a link out of the data folder"):
        inbox_files(company.path, "app_events")


def test_a_name_in_another_encoding_is_shown_and_landed(company: CompanyFolder) -> None:
    folder = company.put("app_events/a.ndjson", line("1")).parent
    with open(os.path.join(os.fsencode(folder), b"\xff\xc8.ndjson"), "w") as file:
        file.write(line("2"))
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/\\xff\\xc8.ndjson"] == (1, 1, 0, 0, 0)
    company.accept([result])
    assert pull(company.settings) == []


def test_a_file_that_vanishes_meanwhile_is_left_out(
    company: CompanyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.put("app_events/a.ndjson", line("1"))
    gone = company.put("app_events/b.ndjson", line("2"))
    look = inbox._facts_within

    def late(root: Path, entry: "os.DirEntry[str]") -> os.stat_result | None:
        if entry.name == gone.name:
            gone.unlink(missing_ok=True)
        return look(root, entry)

    monkeypatch.setattr(inbox, "_facts_within", late)
    assert [file.name for file in inbox_files(company.path, "app_events")] == ["inbox/app_events/a.ndjson"]
