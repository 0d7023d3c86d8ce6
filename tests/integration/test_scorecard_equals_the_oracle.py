"""Scorecard, contribution and target trees of the demo company, row by row, against plain Python over its KPIs."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import prod

import pytest

from tests.integration.pipeline import Run
from tests.integration.scorecard_world import (
    KEY,
    assert_scores_equal_the_oracle,
    rows_of,
    world_of,
)
from tests.oracle.contribution import contributions
from tests.oracle.expectations import bands
from tests.oracle.scorecard import Key, World, divided, row
from tests.oracle.scored import followed, scored
from tests.oracle.target_tree import Edge, Node, NodeKey, target_trees

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

#: The warehouse divides doubles where the oracle has exact decimals.
NEAR = Decimal("0.00000002")


@pytest.fixture(scope="module")
def world(demo_run: Run) -> World:
    return world_of(demo_run)


def test_every_score_equals_the_oracle(demo_run: Run, world: World) -> None:
    said = assert_scores_equal_the_oracle(demo_run, world)
    # The demo company says something about every column that 75 days can have.
    assert said >= {"attainment", "pacing", "status", "change_rate", "wow_rate", "previous_value"}
    rows = scored(world)
    running = [key for key in world.targets if key in rows and not rows[key].is_complete]
    assert any(row(world, key, rows[key])["pacing"] is not None for key in running)
    # Channels fall to nothing in it, and come back.
    quiet = {key for key in rows if key not in world.kpis}
    assert any(row(world, key, rows[key])["change_rate"] == -1 for key in quiet)
    assert any(row(world, key, rows[key])["previous_value"] == 0 for key in rows.keys() - quiet)


def test_every_band_equals_the_oracle(demo_run: Run, world: World) -> None:
    published = rows_of(demo_run, "kpi.fct_kpi_scorecard", KEY)
    with demo_run.published() as connection:
        units = dict(connection.sql("select kpi_code, unit from kpi.dim_kpi").fetchall())
    series: dict[tuple[str, str, str, str], dict[date, float]] = {}
    rows = scored(world)
    for (app, code, grain, day, dimension, value), kpi in rows.items():
        key = app, code, grain, day, dimension, value
        if grain == "day" and followed(world, key) and kpi.is_complete and kpi.value is not None:
            series.setdefault((app, code, dimension, value), {})[day] = float(kpi.value)
    judged = 0
    for (app, code, dimension, value), values in series.items():
        days: list[Key] = [(app, code, "day", day, dimension, value) for day in values]
        is_count = units[code] == "count" and rows[days[0]].denominator is None
        expected = bands(values, is_count)
        for key in days:
            found, edges = published[key], expected.get(key[3])
            if edges is None:
                assert (found["expected_low"], found["expected_high"], found["is_anomaly"]) == (
                    None,
                    None,
                    None,
                ), key
                continue
            judged += 1
            low, high = found["expected_low"], found["expected_high"]
            assert isinstance(low, Decimal), key
            assert isinstance(high, Decimal), key
            assert (float(low), float(high)) == pytest.approx(edges, rel=1e-9, abs=1e-7), key
            assert found["is_anomaly"] == (not low <= found["value"] <= high), key  # type: ignore[operator]
    assert judged > 500


def test_every_contribution_equals_the_oracle(demo_run: Run, world: World) -> None:
    key = "app_id, kpi_code, grain, period_start, comparison, driver_dimension, driver_value"
    published = rows_of(demo_run, "kpi.fct_kpi_contribution", key)
    rows, kinds = 0, set()
    for change_key, parts in contributions(world):
        change = sum((part.total for part in parts.values()), Decimal(0))
        found = {name: published[*change_key, name] for name in parts}
        assert sum((each["change_total"] for each in found.values()), Decimal(0)) == change, change_key  # type: ignore[misc]
        # One hundred-millionth of rounding may go to another segment of the same size.
        slack = NEAR * (1 + len(parts))
        for name, part in parts.items():
            each = found[name]
            rows += 1
            kinds.add((part.mix is not None, name == "(overlap)"))
            if part.mix is None or part.rate is None:
                assert (each["change_total"], each["mix_effect"]) == (part.total, None), (change_key, name)
                assert each["share_of_change"] == divided(part.total, change), (change_key, name)
                continue
            assert abs(each["change_total"] - part.total) <= slack, (change_key, name)  # type: ignore[operator]
            assert abs(each["mix_effect"] - part.mix) <= NEAR, (change_key, name)  # type: ignore[operator]
            assert abs(each["rate_effect"] - part.rate) <= slack, (change_key, name)  # type: ignore[operator]
            assert each["share_of_change"] == divided(each["change_total"], change)  # type: ignore[arg-type]
    assert rows == len(published)
    assert kinds == {(True, False), (False, False), (False, True)}


@pytest.fixture(scope="module")
def trees(demo_run: Run, world: World) -> dict[NodeKey, Node]:
    with demo_run.warehouse() as warehouse:
        edges = warehouse.sql(
            """select parent_kpi_code, child_kpi_code, relation, split_dimension
            from staging.stg_ops_workbook__kpi_tree"""
        ).fetchall()
    return target_trees(world, [Edge(*edge) for edge in edges])


def test_every_node_of_a_target_tree_equals_the_oracle(demo_run: Run, trees: dict[NodeKey, Node]) -> None:
    published = rows_of(demo_run, "kpi.fct_kpi_target_tree", "app_id, grain, period_start, node_id")
    assert published.keys() == trees.keys()
    for key, node in trees.items():
        found = published[key]
        place = tuple(found[name] for name in ("kpi_code", "dimension", "dimension_value", "relation"))
        assert (found["parent_node_id"], *place) == (
            node.parent_id, node.code, node.dimension, node.value, node.relation,
        )  # fmt: skip
        assert found["actual_value"] == node.actual, key
        if isinstance(node.target, float):
            assert float(found["target_value"]) == pytest.approx(node.target, abs=1e-8), key  # type: ignore[arg-type]
        else:
            assert found["target_value"] == node.target, key
    # Of every kind: apps, days, factors, the one that follows, factors of an app in the company's tree.
    kinds = {(node.relation, node.dimension, isinstance(node.target, float)) for node in trees.values()}
    assert kinds >= {
        ("sum", "app", False), ("sum", "day", False), ("product", "all", False), ("product", "all", True),
        ("product", "app", True),
    }  # fmt: skip


def test_actual_factors_multiply_to_their_kpi_exactly(world: World, trees: dict[NodeKey, Node]) -> None:
    """On numerators and denominators: the rounded ratios alone would miss the last digits."""
    factors: dict[NodeKey, list[Node]] = defaultdict(list)
    for (app, grain, start, _), node in trees.items():
        if node.relation == "product" and node.parent_id:
            factors[app, grain, start, node.parent_id].append(node)
    closed = 0
    for (app, grain, start, parent_id), nodes in factors.items():
        above = trees[app, grain, start, parent_id]
        parts = [world.kpis.get((app, node.code, grain, start, node.dimension, node.value)) for node in nodes]
        known = [
            Fraction(part.numerator or 0) / (1 if part.denominator is None else Fraction(part.denominator))
            for part in parts
            if part is not None and part.denominator != 0
        ]
        if len(known) == len(nodes):
            assert above.actual is not None
            assert prod(known) == Fraction(above.actual), (app, start, parent_id)
            closed += 1
    assert closed >= 6
