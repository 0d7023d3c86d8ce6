"""The dbt manifest that the asset graph is read from and that dbt builds by: parsed once per state of the project.

What a parse found stays in `dbt_project/.parsed/<fingerprint>.*`, for every data folder; the data folder's target
gets a copy of manifest.json and semantic_manifest.json, which a run does not write again.
`python -m orchestration.dbt_manifest` parses by hand (set-up does). Importing definitions never runs dbt.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.code_version import DBT_PROJECT_DIR, dbt_project_files, fingerprint

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

#: Parsed states of the project that stay: the newest, and some branches.
KEPT_STATES = 5
#: What a parse leaves in its target, and the suffix of what is kept of it; the last one says that all are there.
_KEPT = {"partial_parse.msgpack": ".msgpack", "semantic_manifest.json": ".semantic", "manifest.json": ".json"}
#: What the target of a data folder holds: for Dagster, and for MetricFlow.
_COPIED = ("semantic_manifest.json", "manifest.json")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
DBT = Path(sys.executable).parent / "dbt"


class ManifestError(Exception):
    """The dbt project does not parse, or was not parsed yet; the message is for a person."""


def target_path() -> Path:
    return Path(os.environ.get("DBT_TARGET_PATH") or DBT_PROJECT_DIR / "target").absolute()


def manifest_path() -> Path:
    """Raises ManifestError when nothing was parsed yet."""
    path = target_path() / "manifest.json"
    if not path.exists():
        raise ManifestError(f"{path} is missing: run `python -m orchestration.dbt_manifest` (make does)")
    return path


@cache
def _parsed(path: Path, modified_ns: int) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def read_manifest() -> dict[str, Any]:
    """The manifest as it is now, read once a process. Raises ManifestError. Not to be changed by the caller."""
    path = manifest_path()
    return _parsed(path, path.stat().st_mtime_ns)


def prepare_manifest(say: Callable[[str], None] = lambda text: None) -> Path:
    """The data folder's manifest.json, after a parse when the project changed. Raises ManifestError."""
    parsed = parse_project(say).with_suffix(".json")
    target = target_path()
    stamp = target / "manifest.fingerprint"
    is_there = all((target / name).exists() for name in _COPIED)
    if not is_there or not stamp.exists() or stamp.read_text() != parsed.stem:
        target.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        for name in _COPIED:
            _copy(parsed.with_suffix(_KEPT[name]), target / name)
        stamp.write_text(parsed.stem)
    return target / "manifest.json"


def _copy(source: Path, target: Path) -> None:
    """A reader sees the old file or the whole new one."""
    copy = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copyfile(source, copy)
    copy.replace(target)


def load_manifest() -> "Manifest":
    """The parsed project as dbt's own object, without a second parse. Raises ManifestError."""
    parsed = parse_project().with_suffix(".msgpack")
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest.from_msgpack(parsed.read_bytes())
    manifest.build_flat_graph()
    return manifest


def parse_project(say: Callable[[str], None] = lambda text: None) -> Path:
    """`.parsed/<fingerprint>` without suffix: .json and .msgpack hold the manifest. Raises ManifestError."""
    folder = DBT_PROJECT_DIR / ".parsed"
    state = folder / _state()
    if state.with_suffix(".json").exists():
        return state
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one of several runs parses, the others read
        if not state.with_suffix(".json").exists():
            say("dbt: reads the project, which changed since it was last read")
            _parse(folder / "target")
            for name, suffix in _KEPT.items():
                _copy(folder / "target" / name, state.with_suffix(suffix))
            _forget_old_states(folder)
    return state


def _state() -> str:
    """sha256 over the project and what reads it."""
    tools = [version("dbt-core"), version("dbt-duckdb"), os.environ.get("OPS_DBT_TARGET", "")]
    project = fingerprint(dbt_project_files(), DBT_PROJECT_DIR)
    return sha256(json.dumps([project, *tools]).encode()).hexdigest()


def _parse(target: Path) -> None:
    command = [str(DBT), "--log-format", "json", "--log-level", "warn", "parse", "--target-path", str(target)]
    command += ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)]
    environment = {**os.environ, "DBT_LOG_PATH": str(target)}
    parsed = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if parsed.returncode:
        raise ManifestError(f"dbt parse failed: {_last_message(parsed.stdout + parsed.stderr)}")


def _forget_old_states(folder: Path) -> None:
    states = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in states[KEPT_STATES:]:
        for kept in folder.glob(f"{old.stem}.*"):  # and what was read from it since, as its lineage
            kept.unlink(missing_ok=True)


def _last_message(output: str) -> str:
    """The last error of dbt's JSON log lines on one line; the raw tail when there is none."""
    messages = []
    for line in output.splitlines():
        try:
            info = json.loads(line)["info"]
        except (ValueError, KeyError, TypeError):
            continue
        if info.get("level") == "error":
            messages.append(" ".join(_COLOUR.sub("", info["msg"]).split()))
    return " ".join(messages[-2:]) or " ".join(output.split())[-400:] or "no message"


if __name__ == "__main__":
    try:
        parse_project(print)
    except ManifestError as error:
        sys.exit(f"error: {error}")
