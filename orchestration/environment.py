"""The places that a run writes to, all under OPS_DATA_DIR: made, proved writable, told to Dagster and dbt.

`make` exports the same values; this makes `python -m orchestration.refresh` behave the same without it.
"""

import json
import os
import shutil
from pathlib import Path

import duckdb

from ingestion.settings import ConfigurationError
from orchestration.code_version import DBT_PROJECT_DIR, REPOSITORY
from orchestration.env_file import read_env_file
from orchestration.pseudonym_key import KEY_VARIABLE, pseudonym_key

_DEFAULTS = {
    "DAGSTER_EVENT_BATCH_SIZE": "1000",
    "DAGSTER_DISABLE_TELEMETRY": "true",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "DO_NOT_TRACK": "1",
}


def prepare_environment(*, demo: bool = False) -> Path:
    """Set the process environment for one data folder and return the folder.

    With `demo` the moment that counts as now is the demo company's. Raises ConfigurationError.
    """
    for name, value in read_env_file(REPOSITORY / ".env").items():
        os.environ.setdefault(name, value)
    data_dir = Path(os.environ.get("OPS_DATA_DIR") or "data").expanduser().absolute()
    os.environ["OPS_DATA_DIR"] = str(data_dir)
    if demo:
        os.environ["OPS_AS_OF"] = demo_as_of(data_dir)
        # Nobody of the demo company lives: a second run gives the same tables.
        os.environ.setdefault(KEY_VARIABLE, "the demo company has no secret")
    os.environ.setdefault("DAGSTER_HOME", str(data_dir / "dagster"))
    os.environ.setdefault("DBT_TARGET_PATH", str(data_dir / "dbt" / "target"))
    os.environ.setdefault("DBT_LOG_PATH", str(data_dir / "dbt" / "logs"))
    os.environ.setdefault("DBT_PROJECT_DIR", str(DBT_PROJECT_DIR))
    os.environ.setdefault("DBT_PROFILES_DIR", str(DBT_PROJECT_DIR))
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    check_memory_limit(os.environ.get("OPS_MEMORY_LIMIT", ""))
    pseudonym_key()  # publication would refuse a short one, after the whole build
    _make_writable(data_dir)
    home = Path(os.environ["DAGSTER_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_instance_file(), home / "dagster.yaml")
    return data_dir


def _instance_file() -> Path:
    """The Dagster instance: that of the repository, or OPS_DAGSTER_YAML. Raises ConfigurationError."""
    chosen = os.environ.get("OPS_DAGSTER_YAML")
    path = REPOSITORY / (chosen or "dagster.yaml")
    if not path.is_file():
        raise ConfigurationError(f"OPS_DAGSTER_YAML={chosen}: there is no such file")
    return path


def check_memory_limit(text: str) -> None:
    """Raises ConfigurationError. (The engine takes a negative one, or "none", as no limit at all.)"""
    if not text:
        return
    try:
        if not text[:1].isdigit() or not text.strip("0.% kmgtibKMGTIB"):
            raise ValueError
        duckdb.connect(config={"memory_limit": text, "temp_directory": ""}).close()
    except (duckdb.Error, ValueError):
        raise ConfigurationError(f"OPS_MEMORY_LIMIT={text}: write 3GB, or a share such as 50%") from None


def demo_as_of(data_dir: Path) -> str:
    """The demo company's fixed now, ISO with offset, from company/demo.json."""
    path = data_dir / "company" / "demo.json"
    try:
        return str(json.loads(path.read_text("utf-8"))["as_of"])
    except FileNotFoundError:
        raise ConfigurationError(f"there is no demo company in {data_dir}: run `make run` first") from None
    except (ValueError, KeyError, TypeError):
        raise ConfigurationError(f"{path} is damaged: remove {data_dir} and run `make run`") from None


def _make_writable(data_dir: Path) -> None:
    probe = data_dir / f".writable-{os.getpid()}"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(f"OPS_DATA_DIR={data_dir}: cannot write there ({error.strerror})") from None
