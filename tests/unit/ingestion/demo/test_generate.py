"""The generated folder: the same for the same seed, once, whole, and never over somebody's own data."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.demo import placement
from ingestion.demo.generate import generate
from ingestion.demo.parameters import ParameterError, Parameters
from ingestion.sources_config import load_sources
from tests.unit.ingestion.demo.conftest import SMALL


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_in_another_process(company: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ, "OPS_DATA_DIR": str(tmp_path / "again"), "OPS_DEMO_USERS": "200", "OPS_DEMO_DAYS": "26",
        "OPS_DEMO_SEED": "3", "PYTHONHASHSEED": "99", "TZ": "America/New_York",
    }  # fmt: skip
    subprocess.run([sys.executable, "-m", "ingestion.demo.generate"], env=environment, check=True)
    assert digests(tmp_path / "again") == digests(company)


def test_another_seed_gives_another_company(company: Path, tmp_path: Path) -> None:
    generate(tmp_path / "other", Parameters(200, 26, 4))
    other, same = digests(tmp_path / "other"), digests(company)
    assert other["truth/kpi.csv"] != same["truth/kpi.csv"]


def test_a_second_call_does_nothing(company: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in company.rglob("*") if path.is_file()}
    assert generate(company, SMALL) is False
    after = {path: path.stat().st_mtime_ns for path in company.rglob("*") if path.is_file()}
    assert {path: t for path, t in after.items() if path.name != placement.LOCK} == {
        path: t for path, t in before.items() if path.name != placement.LOCK
    }


def test_other_parameters_are_refused_with_a_clear_line(company: Path) -> None:
    with pytest.raises(placement.PlacementError, match=r"users 200 -> 300.*delete that folder"):
        generate(company, Parameters(300, 26, 3))


def test_a_folder_with_own_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inbox/app_events").mkdir(parents=True)
    (tmp_path / "inbox/app_events/mine.ndjson").write_text("{}", "utf-8")
    with pytest.raises(placement.PlacementError, match="inbox that the demo did not write"):
        generate(tmp_path, SMALL)


def test_an_interrupted_move_is_cleaned_up(company: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(company, broken)
    (broken / placement.MARKER).unlink()
    (broken / "company/ads.json").unlink()
    staging = placement.new_staging(broken)
    names = [name for name in digests(company) if name != placement.LOCK]
    (staging / placement.LIST).write_text(json.dumps(names), "utf-8")
    assert generate(broken, SMALL) is True
    assert digests(broken) == digests(company)


def test_parameters_are_checked() -> None:
    assert Parameters.from_environment({}) == Parameters(5000, 90, 7)
    with pytest.raises(ParameterError, match="OPS_DEMO_USERS='many'"):
        Parameters.from_environment({"OPS_DEMO_USERS": "many"})
    with pytest.raises(ParameterError, match="OPS_DEMO_DAYS=3: must be from 14"):
        Parameters(days=3)


def test_sources_yaml_is_valid(company: Path) -> None:
    config = load_sources(company)
    assert config.wants_demo_apis
    assert [account.account_id for account in config.accounts] == [
        "1234567890",
        "7000000000000001",
        "gh_aurora",
    ]
    assert config.app_databases[0].url == "sqlite:///company/app.db"
