"""What a suite is made of: frames to look at and what is expected of them. No Great Expectations import here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.expectations.batch_view import BatchView


@dataclass(frozen=True)
class Expect:
    """One expectation. `says` is what must be true, `kind` the class of Great Expectations."""

    says: str
    kind: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """A small pandas frame about one batch, what is expected of it, and a note where nothing could be judged.

    `labels` are the columns that say which thing a row is about.
    """

    name: str
    rows: "pd.DataFrame"
    expectations: tuple[Expect, ...]
    note: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unmet:
    """An expectation that does not hold: in how many rows or values, and some of them."""

    frame: str
    says: str
    count: int
    examples: str

    def __str__(self) -> str:
        return f"{self.says} ({self.frame}: {self.count} unexpected, such as {self.examples})"


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation: `limits` and `observed` in words, `rows` some of those where it does not hold."""

    frame: str
    says: str
    limits: str
    observed: str
    judged: int
    unexpected: int
    is_met: bool
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The outcome of a suite for one batch."""

    evaluated: int
    unmet: tuple[Unmet, ...] = ()
    notes: tuple[str, ...] = field(default=())
    outcomes: tuple[Outcome, ...] = ()

    @property
    def is_met(self) -> bool:
        return not self.unmet


#: A suite: the frames of a batch. Modules of this package call theirs `frames`.
Frames = Callable[["BatchView"], list[Frame]]


def between(says: str, column: str, low: Any = None, high: Any = None, **more: Any) -> Expect:
    """Values of a column within bounds, both included; nulls are not judged."""
    arguments = {"column": column, "min_value": low, "max_value": high, **more}
    return Expect(says, "ExpectColumnValuesToBeBetween", arguments)


def one_of(says: str, column: str, values: list[str], **more: Any) -> Expect:
    return Expect(says, "ExpectColumnValuesToBeInSet", {"column": column, "value_set": values, **more})


def matches(says: str, column: str, pattern: str, **more: Any) -> Expect:
    return Expect(says, "ExpectColumnValuesToMatchRegex", {"column": column, "regex": pattern, **more})


def not_below(says: str, larger: str, smaller: str) -> Expect:
    """Each value of column `larger` >= that of `smaller` in the same row."""
    arguments = {
        "column_A": larger,
        "column_B": smaller,
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    }
    return Expect(says, "ExpectColumnPairValuesAToBeGreaterThanB", arguments)
