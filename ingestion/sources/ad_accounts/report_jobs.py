"""Reports that a platform prepares in the background: create, look again until it is done, then read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ingestion import rest_client
from ingestion.rest_client import ApiError

#: Seconds between two looks at a job, growing; and for how long a job is waited for at all.
FIRST_WAIT, LONGEST_WAIT, TOTAL_WAIT = 2.0, 60.0, 1200.0
#: A failed job is often only unlucky: it is created once more.
TRIES = 2


@dataclass(frozen=True)
class JobState:
    """`words` are the platform's own, such as "Job Running, 40 %"."""

    state: Literal["running", "done", "failed"]
    words: str


def finished_job(create: Callable[[], str], look: Callable[[str], JobState], *, what: str) -> str:
    """Id of a job that is done. Raises ApiError when it fails twice or does not end in time."""
    words = ""
    for _ in range(TRIES):
        job_id = create()
        waited, wait = 0.0, FIRST_WAIT
        while (state := look(job_id)).state == "running":
            if waited >= TOTAL_WAIT:
                raise ApiError(
                    f"{what}: the report job is stuck ({state.words}) after {waited:.0f} s", "retry"
                )
            rest_client.WAITS.sleep(wait)
            waited, wait = waited + wait, min(LONGEST_WAIT, wait * 2)
        if state.state == "done":
            return job_id
        words = state.words
    raise ApiError(f"{what}: the report job failed {TRIES} times ({words})")
