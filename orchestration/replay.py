"""`make replay SOURCE=app_events`: the quarantined lines of a source once more, after the code was corrected."""

import sys

from ingestion.errors import SourceError
from ingestion.settings import Settings
from orchestration.environment import prepare_environment
from orchestration.lock import LockHeld, WriterLock

SOURCES = ("app_events",)


def main(arguments: list[str]) -> int:
    source = arguments[0] if arguments else ""
    if source not in SOURCES:
        print(f"SOURCE={source or '...'}: one of {', '.join(SOURCES)} is wanted", file=sys.stderr)
        return 2
    try:
        from ingestion.sources.app_events.replay import replay

        data_dir = prepare_environment()
        settings = Settings.from_environment()
        with WriterLock(data_dir, "make replay"):
            outcome = replay(settings)
    except (SourceError, LockHeld, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    left = f"; {outcome.left:,} were not kept as sent: send them again" if outcome.left else ""
    print(f"{source}: {outcome.tried:,} quarantined lines tried, {outcome.landed:,} landed{left}")
    if outcome.result:
        print(f"batch {outcome.result.batch_id}; `make refresh` takes it from here")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
