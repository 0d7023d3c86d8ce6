"""Every kind of file of the corpus is counted, refused or left alone as declared, all in one landing."""

import os
from pathlib import Path

import pytest

from ingestion.sources.app_events import pull
from tests.unit.ingestion.sources.app_events.corpus.file_kinds import FILE_KINDS, FileKind
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts


class Outcomes:
    """What became of a folder with one file of each kind."""

    def __init__(self, path: Path) -> None:
        company = CompanyFolder(path / "data")
        for kind in FILE_KINDS:
            company.put(f"app_events/{kind.file}", kind.content)
        folder = path / "data" / "inbox" / "app_events"
        (path / "secret.ndjson").write_bytes(FILE_KINDS[0].content)
        for name, target in (("outside", path / "secret.ndjson"), ("dangling", path / "gone")):
            (folder / f"{name}.ndjson").unlink()
            (folder / f"{name}.ndjson").symlink_to(target)

        def grow(seconds: float) -> None:
            with open(folder / "growing.ndjson", "ab") as file:
                file.write(b"more\n")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ingestion.inbox.time.sleep", grow)
            patch.setattr("ingestion.sources.app_events.decompression.BOMB_BYTES", 1 << 20)
            (result,) = pull(company.settings)
        self.counts = counts(result)
        self.refused = {refusal.file_name: refusal.reason for refusal in result.refused}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return Outcomes(tmp_path_factory.mktemp("files"))


@pytest.mark.xdist_group("corpus_files")
@pytest.mark.parametrize("kind", FILE_KINDS, ids=lambda kind: kind.name)
def test_a_file_has_its_outcome(outcomes: Outcomes, kind: FileKind) -> None:
    name = f"inbox/app_events/{kind.file}"
    if isinstance(kind.outcome, tuple):
        assert outcomes.refused.get(name) is None
        assert outcomes.counts[name] == kind.outcome
        return
    assert name not in outcomes.counts
    word, _, reason = kind.outcome.partition(": ")
    assert (name in outcomes.refused) == (word == "refused")
    assert reason in outcomes.refused.get(name, "")


@pytest.mark.xdist_group("corpus_files")
def test_nothing_else_was_read(outcomes: Outcomes) -> None:
    declared = {f"inbox/app_events/{kind.file}" for kind in FILE_KINDS}
    assert {*outcomes.counts, *outcomes.refused} <= declared
    assert len(FILE_KINDS) == len({kind.name for kind in FILE_KINDS}) >= 25


def test_thousands_of_small_files_are_one_step(tmp_path: Path) -> None:
    company = CompanyFolder(tmp_path)
    for number in range(10_000):
        text = f'{{"event_id":"{number}","event_name":"v","user_id":"u","occurred_at":"2026-03-30"}}'
        path = tmp_path / "inbox" / "app_events" / f"{number % 50}" / f"{number}.ndjson"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1, 1))
    (result,) = pull(company.settings)
    assert set(counts(result).values()) == {(1, 1, 0, 0, 0)}
    assert len(result.files) == 10_000
    assert len({file.raw_path for file in result.files}) == 1
