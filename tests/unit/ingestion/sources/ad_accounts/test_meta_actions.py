"""Meta's overlapping action types: each kind of action counts once, whichever of its names are present."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.sources.ad_accounts import meta_actions

PLACES = {"offsite_conversion.fb_pixel_purchase": 3, "app_custom_event.fb_mobile_purchase": 2}
SUMS = {"omni_purchase": 6, "purchase": 5, "onsite_web_purchase": 3, "web_in_store_purchase": 4}
#: What counts, by the names that are present: the widest one, else all places, else a sum over places.
ORDER = (["omni_purchase"], ["purchase"], list(PLACES), ["onsite_web_purchase", "web_in_store_purchase"])


def total(actions: dict[str, int], kind: str = "purchase") -> Decimal:
    entries: list[dict[str, Any]] = [
        {"action_type": name, "value": str(count)} for name, count in actions.items()
    ]
    rows = meta_actions.conversions({"actions": entries}, kind)
    return Decimal(meta_actions.total(rows, kind, "conversions"))


@given(st.sets(st.sampled_from([*PLACES, *SUMS])))
def test_the_widest_name_that_is_present_counts(names: set[str]) -> None:
    counts = {**PLACES, **SUMS}
    present = next((group for group in ORDER if names & set(group)), [])
    assert total({name: counts[name] for name in names}) == sum(
        counts[name] for name in present if name in names
    )


@pytest.mark.parametrize(
    ("action_type", "kind"),
    [
        ("omni_initiated_checkout", "initiate_checkout"),
        ("offsite_conversion.fb_pixel_initiate_checkout", "initiate_checkout"),
        ("onsite_conversion.lead_grouped", "lead"),
        ("lead", "lead"),
        ("app_custom_event.fb_mobile_content_view", "view_content"),
        ("mobile_app_install", "app_install"),
        ("link_click", "link_click"),
        ("offsite_conversion.custom.123456", "offsite_conversion.custom.123456"),
        ("offsite_conversion.fb_pixel_custom", "offsite_conversion.fb_pixel_custom"),
    ],
)
def test_names_of_one_thing_are_one_kind(action_type: str, kind: str) -> None:
    assert meta_actions.kind_and_rank(action_type)[0] == kind


def test_windows_values_and_what_is_canonical() -> None:
    actions = [{"action_type": "omni_purchase", "value": "3", "1d_view": "1", "7d_click": "2"},
               {"action_type": "purchase", "value": "3", "7d_click": "2"}]  # fmt: skip
    values = [{"action_type": "omni_purchase", "value": "30.5", "7d_click": "20"}]
    rows = meta_actions.conversions({"actions": actions, "action_values": values}, "purchase")
    seen = [
        (
            row["attribution_window"],
            row["touch_type"],
            row["conversions"],
            row["conversion_value"],
            row["is_canonical"],
        )
        for row in rows
        if row["is_counted"] == "true"
    ]
    assert seen == [
        ("account", "any", "3", "30.5", "true"),
        ("1d", "view", "1", None, "false"),
        ("7d", "click", "2", "20", "false"),
    ]
    assert len(rows) == 5, "what does not count is landed all the same"
