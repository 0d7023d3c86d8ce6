"""`make accept DAYS=...`: what a person accepted holds until the next publication."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.publication.accepted_days import DaysError, accept_days, accepted_days
from tests.unit.orchestration.published_folder import make_folder, publish_folder


def test_days_are_accepted_until_the_next_publication(tmp_path: Path) -> None:
    make_folder(tmp_path)
    assert accepted_days(tmp_path) == []
    accept_days(tmp_path, "2026-03-31")
    accept_days(tmp_path, "2026-03-01..2026-03-07")
    accepted = [(date(2026, 3, 31), date(2026, 3, 31)), (date(2026, 3, 1), date(2026, 3, 7))]
    assert accepted_days(tmp_path) == accepted
    publish_folder(tmp_path)
    assert accepted_days(tmp_path) == []
    accept_days(tmp_path, "2026-04-01")
    assert accepted_days(tmp_path) == [(date(2026, 4, 1), date(2026, 4, 1))]


@pytest.mark.parametrize("words", ["", "yesterday", "2026-02-30", "2026-03-07..2026-03-01"])
def test_what_is_no_range_of_days_is_refused(tmp_path: Path, words: str) -> None:
    with pytest.raises(DaysError, match=r"^DAYS="):
        accept_days(tmp_path, words)
    assert accepted_days(tmp_path) == []
