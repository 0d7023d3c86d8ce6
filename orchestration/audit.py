"""`make audit`: the checks that read all of history again (tag `audit`), which a refresh leaves out; for once a week.

They change nothing and hold the writer lock, since DuckDB has no reader beside a writer.
"""

import subprocess
import sys
import time
from pathlib import Path

import duckdb

from ingestion.errors import SourceError
from ingestion.settings import Settings
from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.command import change
from orchestration.dbt_manifest import DBT
from orchestration.freeze import WAREHOUSE
from orchestration.warehouse_refusal import why_not_opened

SELECTION = ("test", "--select", "tag:audit", "--exclude-resource-type", "unit_test")


class AuditFailed(SourceError):
    """A check does not hold, or could not be asked; dbt has printed which."""


def audit(data_dir: Path) -> None:
    """Read all of history again. Raises AuditFailed. The caller holds the writer lock."""
    if not (data_dir / WAREHOUSE).exists():
        raise AuditFailed("there is no warehouse to audit yet: run the whole refresh")
    try:
        duckdb.connect(str(data_dir / WAREHOUSE), read_only=True).close()
    except duckdb.Error as error:
        raise AuditFailed(why_not_opened(error)) from error
    places = ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)]
    if subprocess.run([str(DBT), "--quiet", *SELECTION, *places], check=False).returncode:
        raise AuditFailed("a check over all of history does not hold: it is named above")


def main() -> int:
    def act(settings: Settings) -> str:
        started = time.monotonic()
        audit(settings.data_dir)
        return f"all of history was read again in {time.monotonic() - started:.0f} s; every check holds"

    return change("make audit", act)


if __name__ == "__main__":
    sys.exit(main())
