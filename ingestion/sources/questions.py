"""What can be asked of an account of an API, and what it says when it was asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ingestion.contract import Contract

#: Figures that a platform keeps correcting are asked again after this time.
STALE_AFTER = timedelta(minutes=60)

TextRow = Mapping[str, str | None]
Answer = Mapping[str, Sequence[TextRow]]


@dataclass(frozen=True)
class Question:
    """One thing that can be asked for a range of days.

    `ask(first, last)` returns the rows of each contract's entity as text; it raises ApiError when the
    answer is not whole. Each row stands for the day in its `date_column`; None = the question is about the
    present state, which is asked once a pull. What may still change is asked again when it was observed
    before `stale_before`. Days before `oldest_day` are never asked: the platform does not tell of them any more.
    `goes_on`: one bad range says nothing about the next.
    """

    contracts: tuple[Contract, ...]
    ask: Callable[[date, date], Answer]
    endpoint: str
    restatement_days: int
    stale_before: datetime
    date_column: str | None = "report_date"
    longest_days: int = 30
    oldest_day: date | None = None
    goes_on: bool = False

    @property
    def entities(self) -> tuple[str, ...]:
        return tuple(contract.entity for contract in self.contracts)


@dataclass(frozen=True)
class Connected:
    """An account that can be asked. `last_day` is the newest day that its platform has whole."""

    zone: ZoneInfo
    last_day: date
    questions: tuple[Question, ...]
