"""Conversions of platforms that have a metric per action: each metric is declared once, with how it is attributed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ingestion.sources.questions import TextRow


@dataclass(frozen=True)
class Action:
    """`kind`: what it counts as. `value`: the column that holds the value of exactly these conversions.

    `is_canonical`: these are the conversions that the ad's own row states.
    """

    kind: str
    time_basis: Literal["touch", "conversion", "mixed"] = "touch"
    touch_type: Literal["click", "view", "any"] = "any"
    value: str | None = None
    window: str = "account"
    is_canonical: bool = False


def conversion_rows(row: TextRow, actions: Mapping[str, Action]) -> list[dict[str, str | None]]:
    """One row per action that happened; `row` holds the count of each under the metric's own name."""
    return [
        {
            **row,
            "action": metric,
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
