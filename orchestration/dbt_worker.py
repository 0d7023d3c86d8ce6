"""The process that dbt lives in while a run lasts: it knows the project before it is asked to build it.

`orchestration.dbt_process` starts it and speaks with it: one JSON list of arguments a line on standard input, JSON
lines back: {"manifest": null | "error"} once, then {"event": ...} per result and {"done": null | "error"} per command.
It ends when its standard input ends, at once and in the middle of a build too: nobody would read the result.
"""

import gc
import json
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, TextIO

from orchestration.dbt_manifest import ManifestError, load_manifest

#: What Dagster is told about; the other events (ten per node) stay in dbt's own log.
RESULT_EVENTS = frozenset({"LogSeedResult", "LogModelResult", "LogSnapshotResult", "LogTestResult"})


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what dbt prints belongs into the run's log

    def tell(**answer: Any) -> None:
        answers.write(json.dumps(answer) + "\n")

    try:
        manifest = load_manifest()
    except ManifestError as error:
        tell(manifest=str(error))
        return
    # The manifest stays for good: a collection would walk its 100,000 objects again and again.
    gc.freeze()
    tell(manifest=None)
    for line in sys.stdin:
        _end_with(sys.stdin)
        tell(done=invoke(json.loads(line), manifest, lambda event: tell(event=event)))
        return


def invoke(arguments: list[str], manifest: Any, tell: Callable[[dict[str, Any]], None]) -> str | None:
    """Run one dbt command; the error that kept it from running nodes, or None."""
    from dbt.cli.main import dbtRunner
    from dbt_common.events.base_types import EventMsg
    from google.protobuf.json_format import MessageToDict

    def on_event(message: EventMsg) -> None:
        if message.info.name in RESULT_EVENTS:
            tell(MessageToDict(message, preserving_proto_field_name=True))

    result = dbtRunner(manifest, callbacks=[on_event]).invoke(arguments)
    return None if result.exception is None else " ".join(str(result.exception).split())


def _end_with(stream: TextIO) -> None:
    def wait() -> None:
        stream.read()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
