"""What keeps Dagster's history from opening is one line that says what to do."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from orchestration.code_version import REPOSITORY
from orchestration.instance import HistoryUnusable, opened_instance


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OPS_DAGSTER_YAML", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copyfile(REPOSITORY / "dagster.yaml", tmp_path / "dagster.yaml")
    return tmp_path


def test_a_history_that_is_sound_opens(home: Path) -> None:
    with opened_instance() as instance:
        assert isinstance(instance, dg.DagsterInstance)
        assert instance.get_runs() == []


@pytest.mark.parametrize("name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db"])
def test_a_damaged_history_may_be_moved_away(home: Path, name: str) -> None:
    (home / name).parent.mkdir(parents=True)
    (home / name).write_bytes(b"this is no database, however long it may be" * 100)
    with pytest.raises(HistoryUnusable, match=f"damaged .*: move {home} away"), opened_instance() as instance:
        assert not [*instance.get_runs(), *instance.all_asset_keys()]


def test_a_variable_that_is_not_set_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPS_DAGSTER_POSTGRES_URL", raising=False)
    monkeypatch.setenv("OPS_DAGSTER_YAML", "docs/production/dagster.yaml")
    shutil.copyfile(REPOSITORY / "docs/production/dagster.yaml", home / "dagster.yaml")
    with pytest.raises(HistoryUnusable, match="OPS_DAGSTER_POSTGRES_URL"), opened_instance():
        pass


def test_a_postgresql_that_does_not_answer_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_DAGSTER_POSTGRES_URL", "postgresql+psycopg2://dagster@127.0.0.1:1/dagster")
    monkeypatch.setenv("OPS_DAGSTER_YAML", "docs/production/dagster.yaml")
    shutil.copyfile(REPOSITORY / "docs/production/dagster.yaml", home / "dagster.yaml")
    with (
        pytest.raises(HistoryUnusable, match=r"docs/production/dagster\.yaml\): "),
        opened_instance() as instance,
    ):
        instance.get_runs()


def test_what_a_command_raises_itself_stays_what_it_is(home: Path) -> None:
    with pytest.raises(ZeroDivisionError), opened_instance():
        raise ZeroDivisionError
