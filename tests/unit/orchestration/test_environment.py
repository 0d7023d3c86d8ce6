"""The places of a data folder and the settings of a process."""

import os
from pathlib import Path

import pytest

from ingestion.settings import ConfigurationError
from orchestration.dev import choose_port, is_free
from orchestration.environment import demo_as_of, prepare_environment, read_env_file


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("OPS_", "DAGSTER_", "DBT_")):
            monkeypatch.delenv(name)
    # Everything that the code under test sets is undone, too.
    monkeypatch.setattr(os, "environ", dict(os.environ))
    os.environ["OPS_DATA_DIR"] = str(tmp_path / "data")


def test_everything_that_a_run_writes_is_in_the_data_folder(tmp_path: Path) -> None:
    data_dir = prepare_environment()
    assert data_dir == tmp_path / "data"
    for name in ("DAGSTER_HOME", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        assert Path(os.environ[name]).is_relative_to(data_dir)
    assert "telemetry:\n  enabled: false" in (data_dir / "dagster" / "dagster.yaml").read_text("utf-8")
    assert os.environ["DO_NOT_TRACK"] == "1"


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", "utf-8")
    with pytest.raises(ConfigurationError, match="cannot write there"):
        prepare_environment()


def test_the_demo_clock_comes_from_the_demo(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make run"):
        demo_as_of(tmp_path)
    (tmp_path / "company").mkdir()
    (tmp_path / "company" / "demo.json").write_text('{"as_of": "2026-04-01T09:00:00+08:00"}', "utf-8")
    assert demo_as_of(tmp_path) == "2026-04-01T09:00:00+08:00"


def test_env_file_lines(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert read_env_file(path) == {}
    path.write_text("# words\nA=1\n B = 'two words' \nC=x=y\n\nnothing\n", "utf-8")
    assert read_env_file(path) == {"A": "1", "B": "two words", "C": "x=y"}


def test_a_port_in_use_is_refused_and_a_free_one_found() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"PORT={port} is in use"):
            choose_port(port)
    assert is_free(choose_port(None))
