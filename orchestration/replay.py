"""`make replay SOURCE=app_events`: the quarantined lines of a source once more, after the code was corrected."""

import sys

from ingestion.settings import Settings
from orchestration.command import change

SOURCES = ("app_events",)


def main(arguments: list[str]) -> int:
    source = arguments[0] if arguments else ""
    if source not in SOURCES:
        print(f"SOURCE={source or '...'}: one of {', '.join(SOURCES)} is wanted", file=sys.stderr)
        return 2

    def act(settings: Settings) -> str:
        from ingestion.sources.app_events.replay import replay

        outcome = replay(settings)
        left = f"; {outcome.left:,} were not kept as sent: send them again" if outcome.left else ""
        said = f"{source}: {outcome.tried:,} quarantined lines tried, {outcome.landed:,} landed{left}"
        if outcome.result is None:
            return said
        return f"{said}\nbatch {outcome.result.batch_id}; `make refresh` takes it from here"

    return change("make replay", act)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
