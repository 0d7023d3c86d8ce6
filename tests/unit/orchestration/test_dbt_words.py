"""Every dbt test is a check that says in words what must hold."""

import pytest

from orchestration.defs.dbt_words import check_words, frozen_state


def generic(name: str, **arguments: object) -> dict:
    return {"name": "a_test", "description": "", "test_metadata": {"name": name, "kwargs": arguments}}


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (
            generic("unique_grain", columns="app_id, user_id"),
            "One row per app_id, user_id; none of them is null.",
        ),
        (
            generic("unique_grain", columns="app_id", identities={"parts_add_up": "a + b = c"}),
            "One row per app_id; none of them is null. Of every row: parts add up: a + b = c",
        ),
        (
            generic("holds_for_every_row", expression="views >=\n  viewers\n"),
            "Of every row: views >= viewers",
        ),
        (
            generic(
                "every_identity_holds", identities={"likes_are_events": "likes <=\n events", "b": "x = y"}
            ),
            "likes are events: likes <= events; b: x = y",
        ),
        (generic("not_null", column_name="user_id"), "user_id is never null."),
        (
            generic("accepted_values", column_name="kind", values=["own", "payment"]),
            "kind is one of own, payment.",
        ),
        ({**generic("not_null", column_name="user_id"), "description": "Said by hand."}, "Said by hand."),
        (
            {
                "name": "assert_x",
                "raw_code": "{{ config(meta={}) }}\n\n-- Two ways to count\n-- the same people.\nselect 1 -- no",
            },
            "Two ways to count the same people.",
        ),
        (
            {
                "name": "assert_x",
                "raw_code": '-- depends_on: {{ ref("a") }}\n-- Nothing is lost.\nselect 1',
            },
            "Nothing is lost.",
        ),
        ({"name": "assert_costs_equal_the_ledgers", "raw_code": "select 1"}, "Costs equal the ledgers."),
    ],
)
def test_a_check_says_what_must_hold(test: dict, words: str) -> None:
    assert check_words(test) == words


def test_frozen_state_is_described_and_raw_sources_are_left_to_ingestion() -> None:
    sources = {
        "a": {"schema": "meta", "name": "run", "description": "One row."},
        "b": {"schema": "raw", "name": "events", "description": "Events."},
    }
    (spec,) = frozen_state({"sources": sources})
    assert spec.key.path == ["meta", "run"]
    assert spec.group_name == "frozen_state"
