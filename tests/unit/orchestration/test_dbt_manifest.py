"""The target of a data folder holds what the project was parsed to, for Dagster and for MetricFlow."""

from pathlib import Path

import pytest

from orchestration import dbt_manifest

COPIES = {"manifest.json": ".json", "semantic_manifest.json": ".semantic"}


def _parsed_project(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str) -> Path:
    state = folder / name
    for suffix in (".msgpack", *COPIES.values()):
        state.with_suffix(suffix).write_text(f"{name}{suffix}")
    monkeypatch.setattr(dbt_manifest, "parse_project", lambda say: state)
    return state


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    return tmp_path / "target"


def _texts(target: Path) -> dict[str, str]:
    return {name: (target / name).read_text() for name in COPIES}


def test_the_target_follows_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: Path
) -> None:
    for name in ("before", "after"):
        _parsed_project(monkeypatch, tmp_path, name)
        assert dbt_manifest.prepare_manifest() == target / "manifest.json"
        assert _texts(target) == {file: f"{name}{suffix}" for file, suffix in COPIES.items()}
    assert not list(target.glob("*.json.*"))  # no copy was left half way


@pytest.mark.parametrize("lost", COPIES)
def test_what_is_lost_comes_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: Path, lost: str
) -> None:
    _parsed_project(monkeypatch, tmp_path, "project")
    dbt_manifest.prepare_manifest()
    (target / lost).unlink()
    dbt_manifest.prepare_manifest()
    assert _texts(target) == {file: f"project{suffix}" for file, suffix in COPIES.items()}


def test_old_states_go_whole(tmp_path: Path) -> None:
    for number in range(dbt_manifest.KEPT_STATES + 2):
        for suffix in (".msgpack", *COPIES.values()):
            (tmp_path / f"{number}{suffix}").write_text("")
    dbt_manifest._forget_old_states(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3 * dbt_manifest.KEPT_STATES
