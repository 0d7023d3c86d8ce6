"""`make accept BATCH=...` and `make withdraw BATCH=...`: the two ways out after a failed arrival check."""

import sys

from ingestion.errors import SourceError
from ingestion.manifest import BatchEntry, Manifest
from ingestion.settings import Settings
from orchestration.command import change

VERBS = {"accept": "accepted", "withdraw": "withdrawn"}


class BatchError(SourceError):
    """The batch cannot change its state; one line that says why."""


def change_state(manifest: Manifest, verb: str, batch_id: str) -> BatchEntry:
    """Append the state; raises BatchError. Returns the entry as it was before."""
    entry = manifest.entry(batch_id) if batch_id else None
    if entry is None:
        held = [entry.batch_id for entry in manifest.entries() if entry.state == "held"]
        waiting = f"held: {', '.join(held)}" if held else "no batch is held"
        what = (
            f"BATCH={batch_id}: there is no such batch" if batch_id else "name a batch with BATCH=<batch id>"
        )
        raise BatchError(f"{what}; {waiting}")
    state = VERBS[verb]
    if entry.state == state:
        raise BatchError(f"batch {batch_id} is {state} already")
    if verb == "accept" and entry.state != "held":
        raise BatchError(f"batch {batch_id} is {entry.state}; only a held batch can be accepted")
    manifest.set_state(batch_id, state, f"by hand; was {entry.state}: {entry.state_reason}".rstrip(": "))
    return entry


def main(arguments: list[str]) -> int:
    verb, batch_id = (*arguments, "", "")[:2]
    if verb not in VERBS:
        print("usage: python -m orchestration.batches accept|withdraw BATCH", file=sys.stderr)
        return 2

    def act(settings: Settings) -> str:
        entry = change_state(Manifest(settings.data_dir), verb, batch_id)
        files = ", ".join(sorted({file.file_name for file in entry.files})[:3])
        state = VERBS[verb]
        return f"batch {batch_id} ({entry.source}: {files}) is {state}; `make refresh` takes it from here"

    return change(f"make {verb}", act)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
