"""`make erase APP=<app_id> USER=<user_id>`; DRY_RUN=1 says what would change."""

import os
import sys

from ingestion.settings import Settings
from orchestration.command import change
from orchestration.erasure.erase import erase


def main(arguments: list[str]) -> int:
    if "--demo" in arguments:  # its pseudonyms have a key of their own
        os.environ.setdefault("OPS_PSEUDONYM_KEY", "the demo company has no secret")
    # USER is also the name of whoever is logged in: only the command line of make counts.
    is_given = os.environ.get("USER_IS_OF") == "command line"
    app_id, user = os.environ.get("APP", ""), os.environ["USER"] if is_given else ""
    dry_run = bool(os.environ.get("DRY_RUN"))

    def act(settings: Settings) -> str:
        return erase(settings, app_id, user, dry_run=dry_run, say=print)

    return change("make erase", act)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
