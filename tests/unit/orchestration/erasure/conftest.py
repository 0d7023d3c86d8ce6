"""A company that was landed and published once, and a copy of it for each test."""

import shutil
from pathlib import Path

import pytest

from tests.unit.orchestration.erasure.erasure_company import Company, landed_company


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return landed_company(tmp_path_factory.mktemp("company"))


@pytest.fixture
def company(landed: Path, tmp_path: Path) -> Company:
    return Company(shutil.copytree(landed, tmp_path / "company", symlinks=True))
