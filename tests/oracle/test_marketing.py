"""Random companies hold what the marts of content, activities and channels speak of; the oracle's own arithmetic."""

import csv
from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.oracle.channels import SEEDS
from tests.oracle.student import t_95
from tests.oracle.warehouse import Table

Tables = Callable[[int], dict[str, Table]]


@pytest.mark.parametrize("seed", [1, 2])
def test_touches_activities_and_contents_are_nasty(seed: int, tables_of: Tables) -> None:
    tables = tables_of(seed)
    touches = tables["fct_attribution"]
    assert max(number for *_, number in touches) >= 4
    assert {number for *_, number in touches} >= {1, 2, 3}
    assert any(row["channel"] == "direct" for row in touches.values())
    reviews = tables["fct_activity_review"].values()
    notes = {"same_weekdays", "control_group", "no_complete_day", "no_goal", "goal_of_the_activity_itself"}
    assert {row["baseline_note"] for row in reviews} >= notes
    assert {row["is_mature"] for row in reviews} == {True, False}
    assert any(row["suspected_abuse_share"] for row in reviews)
    ages = {key[3] for key in tables["fct_content_performance"]}
    assert ages == {1, 3, 7, 30}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_oracle_shares_conversions_out_whole(seed: int, tables_of: Tables) -> None:
    credit: dict[tuple, Decimal] = {}
    for (*key, _), row in tables_of(seed)["fct_attribution"].items():
        credit[tuple(key)] = credit.get(tuple(key), Decimal(0)) + row["credit"]
    assert set(credit.values()) == {Decimal(1)}


def test_the_seed_holds_student_t() -> None:
    """Against a sum of the density; and against tables in print."""
    with (SEEDS / "t_quantiles.csv").open(encoding="utf-8", newline="") as file:
        seed = {int(row["degrees_of_freedom"]): float(row["t_95"]) for row in csv.DictReader(file)}
    assert list(seed) == list(range(1, 201))
    assert [round(seed[df], 3) for df in (1, 2, 5, 10, 30, 120)] == [6.314, 2.92, 2.015, 1.812, 1.697, 1.658]
    for df in (1, 2, 3, 7, 12, 29, 64, 200):
        assert abs(seed[df] - t_95(df)) < 1e-6
