"""What can be made to go wrong at an emulated API."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

#: rate_limit: HTTP 429 with Retry-After · bare_rate_limit: without · server_error: HTTP 500 · forbidden: HTTP 403 ·
#: time_out: no answer for `seconds` · trickle: a byte now and then, for ever · cut_body: the connection ends inside
#: the answer · quota, expired_token: as the platform says it, in HTTP 200 where it does so · total_mismatch: the
#: stated total is one too many · repeated_page: the first page comes in place of the one that was asked for ·
#: skipped_page: the one after it · inserted_row: a row comes in while pages are read · cursor_loop: the page names
#: itself as the next · too_large: more than three days are refused · stuck_job, failed_job: a report job never ends,
#: or fails · partial: part of the rows, and the platform says so · truncated_file: a file ends early, with a fitting
#: Content-Length · missing_segment: a report's instance without its parts.
Kind = Literal[
    "rate_limit",
    "server_error",
    "forbidden",
    "time_out",
    "cut_body",
    "quota",
    "expired_token",
    "total_mismatch",
    "repeated_page",
    "skipped_page",
    "inserted_row",
    "cursor_loop",
    "bare_rate_limit",
    "trickle",
    "too_large",
    "stuck_job",
    "failed_job",
    "partial",
    "truncated_file",
    "missing_segment",
]


@dataclass(frozen=True)
class Fault:
    """Happens at the `nth` request (from 1) whose path and body contain the texts; None = at each of them."""

    path_contains: str = ""
    nth: int | None = 1
    kind: Kind = "server_error"
    body_contains: str = ""
    seconds: float = 1.0


class FaultPlan:
    """Counts requests per fault; safe for the threads of the server."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = faults
        self._seen = [0] * len(faults)
        self._lock = threading.Lock()

    def next_fault(self, path: str, body: str) -> Fault | None:
        """The first fault that is due for this request. `path` includes the query string."""
        due = None
        with self._lock:
            for number, fault in enumerate(self._faults):
                if fault.path_contains in path and fault.body_contains in body:
                    self._seen[number] += 1
                    if due is None and fault.nth in (None, self._seen[number]):
                        due = fault
        return due
