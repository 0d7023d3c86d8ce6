"""One small generated company for all tests here."""

from pathlib import Path

import pytest

from ingestion.demo.generate import generate
from ingestion.demo.parameters import Parameters

#: The first day is before the change to summer time in Los Angeles (2026-03-08).
SMALL = Parameters(users=200, days=26, seed=3)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the small company."""
    folder = tmp_path_factory.mktemp("company") / "data"
    assert generate(folder, SMALL)
    return folder
