"""Conversions of platforms that have a metric per action: each metric is declared once, with how it is attributed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ingestion.sources.questions import TextRow

#: The column of the conversions that the ad's own row states.
CANONICAL = "conversions"


@dataclass(frozen=True)
class Action:
    """`kind`: what it counts as. `value`: the column that holds the value of exactly these conversions.

    `word`: the platform's own, where it is not the metric's name. `is_canonical`: these are the conversions
    that the ad's own row states.
    """

    kind: str
    time_basis: Literal["touch", "conversion", "mixed"] = "touch"
    touch_type: Literal["click", "view", "any"] = "any"
    value: str | None = None
    window: str = "account"
    is_canonical: bool = False
    word: str | None = None


Actions = Mapping[str, Action]


def account_actions(
    canonical: Action, word: str, built_in: Actions, own: Mapping[str, str] | None
) -> Actions:
    """The canonical action under the platform's `word`, and others: those of sources.yaml replace the built-in ones."""
    others = built_in if own is None else {metric: Action(kind, "mixed") for metric, kind in own.items()}
    first = replace(canonical, word=word, is_canonical=True)
    return {CANONICAL: first} | {metric: one for metric, one in others.items() if metric != word}


def conversion_rows(row: TextRow, actions: Actions) -> list[dict[str, str | None]]:
    """One row per action that happened; `row` holds the count of each under the metric's own name."""
    return [
        {
            **row,
            "action": action.word or metric,
            "counts_as": action.kind,
            "is_counted": "true",
            "is_canonical": "true" if action.is_canonical else "false",
            "attribution_window": action.window,
            "touch_type": action.touch_type,
            "time_basis": action.time_basis,
            "conversions": row[metric],
            "conversion_value": row[action.value] if action.value else None,
            "conversion_value_fen": row[action.value] if action.value else None,
        }
        for metric, action in actions.items()
        if (row[metric] or "").strip("0.")
    ]
