"""Which of Meta's overlapping action types count: each kind of action once.

Meta reports one purchase as `omni_purchase` (all places), as `purchase` (web and app) and as the place where it
happened (`offsite_conversion.fb_pixel_purchase`, `app_custom_event.fb_mobile_purchase`, ...). Per ad, day and kind
the widest type that is present counts; places count together when no wider type is there. Other sums over places
(`onsite_web_purchase`, `web_in_store_purchase`, ...) count only when they stand alone.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ingestion.exact_json import as_text
from ingestion.sources.questions import TextRow

_OMNI, _PLAIN, _PLACE, _OTHER_SUM = 1, 2, 3, 4
_PATTERNS = (
    (re.compile(r"omni_(?P<kind>\w+)"), _OMNI),
    (
        re.compile(r"(?:offsite_conversion\.fb_pixel_|app_custom_event\.fb_mobile_)(?P<kind>(?!custom)\w+)"),
        _PLACE,
    ),
    (re.compile(r"(?:onsite_conversion\.|offline_conversion\.)(?P<kind>\w+)"), _PLACE),
    (
        re.compile(r"(?:onsite_web_app|onsite_web|onsite_app|web_app_in_store|web_in_store)_(?P<kind>\w+)"),
        _OTHER_SUM,
    ),
)
#: One thing with several names.
_SAME = {
    "content_view": "view_content",
    "initiated_checkout": "initiate_checkout",
    "lead_grouped": "lead",
    "mobile_app_install": "app_install",
}
_WINDOW = re.compile(r"(?P<days>\d+d)_(?P<touch>click|view)")


def kind_and_rank(action_type: str) -> tuple[str, int]:
    """("purchase", 1) for `omni_purchase`; the lowest rank of a kind that is present counts."""
    for pattern, rank in _PATTERNS:
        if match := pattern.fullmatch(action_type):
            kind = match["kind"]
            return _SAME.get(kind, kind), rank
    return _SAME.get(action_type, action_type), _PLAIN


def conversions(row: Mapping[str, Any], canonical_kind: str) -> list[TextRow]:
    """One row per action type and attribution window of an insights row; `value` is window `account`.

    What counts of `canonical_kind` in that window are the ad's conversions.
    """
    values = {entry["action_type"]: entry for entry in row.get("action_values") or ()}
    entries = list(row.get("actions") or ())
    best: dict[str, int] = {}
    for entry in entries:
        kind, rank = kind_and_rank(entry["action_type"])
        best[kind] = min(rank, best.get(kind, rank))
    found: list[TextRow] = []
    for entry in entries:
        action = entry["action_type"]
        kind, rank = kind_and_rank(action)
        for name, count in entry.items():
            window = _WINDOW.fullmatch(name)
            if name != "value" and window is None:
                continue
            found.append(
                {
                    "action": action,
                    "counts_as": kind,
                    "is_counted": _words(rank == best[kind]),
                    "is_canonical": _words(rank == best[kind] and kind == canonical_kind and window is None),
                    "attribution_window": window["days"] if window else "account",
                    "touch_type": window["touch"] if window else "any",
                    "time_basis": "touch",
                    "conversions": as_text(count),
                    "conversion_value": as_text(values.get(action, {}).get(name)),
                }
            )
    return found


def _words(value: bool) -> str:
    return "true" if value else "false"


def total(rows: Iterable[TextRow], kind: str, column: str) -> str:
    """What counts of a kind in the account's own attribution setting."""
    counted = (
        Decimal(row[column] or 0)
        for row in rows
        if row["counts_as"] == kind and row["is_counted"] == "true" and row["attribution_window"] == "account"
    )
    return format(sum(counted, Decimal(0)), "f")
