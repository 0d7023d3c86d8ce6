"""Runs the pipeline as a user would: `make <target>` on a data folder of its own."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """A finished `make` call on `data_dir` (the folder that holds raw/, warehouse.duckdb, published/)."""

    data_dir: Path
    returncode: int
    output: str

    @property
    def target_path(self) -> Path:
        return self.data_dir / "dbt" / "target"

    def published(self) -> duckdb.DuckDBPyConnection:
        """The published copy, read-only, as a BI tool opens it."""
        connection = duckdb.connect(str(self.data_dir / "published" / "ops.duckdb"), read_only=True)
        connection.execute("set TimeZone = 'UTC'")
        return connection

    def warehouse(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.data_dir / "warehouse.duckdb"), read_only=True)


def make(
    target: str,
    data_dir: Path,
    *arguments: str,
    folder: Path | None = None,
    timeout: int = 1200,
    **variables: str,
) -> Run:
    """Call `make`; `folder` is the data folder of the result when it is not `data_dir` itself.

    `arguments` stand on its command line, `variables` in its environment.
    """
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("OPS_", "DAGSTER_", "DBT_"))
    }
    # A make that runs pytest passes its own flags on; the inner make is a call of its own.
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"):
        inherited.pop(name, None)
    finished = subprocess.run(
        ["make", "--no-print-directory", target, *arguments],
        cwd=REPOSITORY,
        env={**inherited, "OPS_DATA_DIR": str(data_dir), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(folder or data_dir, finished.returncode, finished.stdout)
