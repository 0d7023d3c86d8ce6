"""`make audit`: the checks that read all of history again (tag `audit`), which a refresh leaves out; for once a week.

They change nothing and hold the writer lock, since DuckDB has no reader beside a writer.
"""

import subprocess
import sys
import time

from ingestion.errors import SourceError
from ingestion.settings import Settings
from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.dbt_manifest import DBT
from orchestration.environment import prepare_environment
from orchestration.freeze import WAREHOUSE
from orchestration.lock import LockHeld, WriterLock

SELECTION = ("test", "--select", "tag:audit", "--exclude-resource-type", "unit_test")


def main() -> int:
    try:
        data_dir = prepare_environment()
        Settings.from_environment()
        if not (data_dir / WAREHOUSE).exists():
            print("error: there is no warehouse to audit yet: run the whole refresh", file=sys.stderr)
            return 1
        with WriterLock(data_dir, "make audit"):
            started = time.monotonic()
            places = ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)]
            audited = subprocess.run([str(DBT), "--quiet", *SELECTION, *places], check=False)
    except (SourceError, LockHeld, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if audited.returncode:
        return 1
    print(f"all of history was read again in {time.monotonic() - started:.0f} s; every check holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
