"""dbt builds for tests that need many: the project is parsed once, each build is a fork, which may be killed."""

import multiprocessing
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.integration.pipeline import REPOSITORY

#: Tables that know of events and their users; what they read comes with them.
MODELS = (
    "+path:models/marts/user", "+fct_content_daily", "+dim_creators", "+fct_item_daily", "+fct_community_daily",
    "+fct_attribution", "+int_user_properties", "+batches", "+freshness",
)  # fmt: skip
_PROJECT = [
    "--project-dir",
    str(REPOSITORY / "dbt_project"),
    "--profiles-dir",
    str(REPOSITORY / "dbt_project"),
]


def dbt_process(
    data_dir: Path, output: Path, models: tuple[str, ...] = MODELS
) -> "multiprocessing.process.BaseProcess":
    """A started `dbt build` without tests of the models, over what is frozen; it writes its log to `output`."""
    process = multiprocessing.get_context("fork").Process(
        target=_build, args=(_manifest(), data_dir, output, models)
    )
    process.start()
    return process


@cache
def _manifest() -> Any:
    from dbt.cli.main import dbtRunner

    with tempfile.TemporaryDirectory() as folder:
        _point(Path(folder))
        parsed = dbtRunner().invoke(["--quiet", "parse", *_PROJECT])
    assert parsed.success, parsed.exception
    return parsed.result


def _build(manifest: Any, data_dir: Path, output: Path, models: tuple[str, ...]) -> None:
    from dbt.cli.main import dbtRunner

    _point(data_dir)
    with output.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1)
        built = dbtRunner(manifest=manifest).invoke(
            ["--no-use-colors", "build", "--exclude-resource-type", "test", "unit_test",
             "--select", *models, *_PROJECT]
        )  # fmt: skip
        sys.stdout.flush()
    os._exit(0 if built.success else 1)


def _point(data_dir: Path) -> None:
    os.environ["OPS_DATA_DIR"] = str(data_dir)
    os.environ["DBT_TARGET_PATH"] = str(data_dir / "dbt")
    os.environ["DBT_LOG_PATH"] = str(data_dir / "dbt")
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
