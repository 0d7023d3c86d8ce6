"""Lands the inbox of two data folders, a small and a large one. `python -m ...memory_child SMALL LARGE GROUP_BYTES`.

Prints peak resident memory (bytes) after each. With small steps, so that a moderate file has many.
"""

import resource
import sys
from pathlib import Path

from ingestion.sources.app_events import pull, pulling
from tests.unit.ingestion.sources.company_folder import CompanyFolder


def main(small: str, large: str, group_bytes: str) -> int:
    pulling.GROUP_BYTES = int(group_bytes)
    for folder in (small, large):
        (result,) = pull(CompanyFolder(Path(folder)).settings)
        rows = sum(file.rows_landed for file in result.files)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
