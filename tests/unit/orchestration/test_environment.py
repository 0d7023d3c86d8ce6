"""The places of a data folder and the settings of a process."""

import os
import subprocess
from pathlib import Path

import pytest

from ingestion.settings import ConfigurationError, Settings
from orchestration.code_version import REPOSITORY
from orchestration.dev import choose_port, is_free
from orchestration.env_file import read_env_file
from orchestration.environment import demo_as_of, prepare_environment


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


def test_a_key_that_could_be_guessed_is_refused_before_anything_is_built() -> None:
    os.environ["OPS_PSEUDONYM_KEY"] = "secret"
    with pytest.raises(ConfigurationError, match="OPS_PSEUDONYM_KEY has fewer than 16 characters"):
        prepare_environment()
    os.environ["OPS_PSEUDONYM_KEY"] = "a secret that is long enough"
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


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("OPS_DATA_DIR=/srv/ops", "/srv/ops"),
        ('OPS_DATA_DIR="/srv/ops"', "/srv/ops"),
        ("OPS_DATA_DIR='/srv/our ops'", "/srv/our ops"),
        (" OPS_DATA_DIR = /srv/ops", "/srv/ops"),
        ("export OPS_DATA_DIR=/srv/ops", "/srv/ops"),
        ("\ufeffOPS_DATA_DIR=/srv/ops\r", "/srv/ops"),
        ("OPS_DATA_DIR=~/ops", f"{Path.home()}/ops"),
    ],
    ids=["plain", "quoted", "spaces", "loose", "exported", "windows", "home"],
)
def test_make_reads_the_data_folder_of_the_env_file_as_the_programs_do(
    tmp_path: Path, line: str, folder: str
) -> None:
    """Else a refresh would look for its inbox, and publish, in a folder that nobody meant."""
    (tmp_path / ".env").write_text(f"{line}\n", "utf-8")
    (tmp_path / "orchestration").mkdir()
    for name in ("Makefile", "orchestration/env_file.py"):
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())
    (tmp_path / "shown.mk").write_text('shown:\n\t@echo "$(DATA)"\n', "utf-8")
    call = ["make", "-f", "Makefile", "-f", "shown.mk", "shown"]
    outside = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    answer = subprocess.run(call, cwd=tmp_path, env=outside, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == folder
    assert Path(read_env_file(tmp_path / ".env")["OPS_DATA_DIR"]).expanduser() == Path(folder)


@pytest.mark.parametrize("text", ["yesterday", "0001-01-01", "9999-12-31T23:59:59-12:00", "1970-01-01"])
def test_a_moment_outside_of_any_business_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"OPS_AS_OF='{text}'"):
        Settings.from_environment({"OPS_AS_OF": text})


def test_a_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="PORT=99999: a number from 1 to 65535"):
        choose_port(99999)


def test_a_port_in_use_is_refused_and_a_free_one_found() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"PORT={port} is in use"):
            choose_port(port)
    assert is_free(choose_port(None))
