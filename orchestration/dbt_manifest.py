"""The dbt manifest that the asset graph is read from: parsed before definitions load, only when it is stale.

`python -m orchestration.dbt_manifest` prepares it by hand. Importing definitions never runs dbt.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from orchestration.code_version import DBT_PROJECT_DIR, dbt_project_files, fingerprint

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
    """`dbt parse` when the project changed since the last parse. Raises ManifestError with dbt's own words."""
    target = target_path()
    stamp = target / "manifest.fingerprint"
    wanted = fingerprint(dbt_project_files(), DBT_PROJECT_DIR)
    if (target / "manifest.json").exists() and stamp.exists() and stamp.read_text() == wanted:
        return manifest_path()
    say("dbt: reads the project, which it does not know yet")
    target.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    command = [str(DBT), "--log-format", "json", "--log-level", "warn", "parse"]
    command += ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)]
    environment = {**os.environ, "DBT_TARGET_PATH": str(target)}
    environment.setdefault("DBT_LOG_PATH", str(target))
    parsed = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if parsed.returncode:
        raise ManifestError(f"dbt parse failed: {_last_message(parsed.stdout + parsed.stderr)}")
    stamp.write_text(wanted)
    return manifest_path()


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
    from orchestration.environment import prepare_environment

    prepare_environment()
    try:
        print(prepare_manifest())
    except ManifestError as error:
        sys.exit(str(error))
