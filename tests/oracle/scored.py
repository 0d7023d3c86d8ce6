"""What a scorecard speaks of, by hand: the KPI values, and 0 where a count fell to nothing (decision 0019)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.oracle.scorecard import LEVELS, Key, Kpi, World

#: How many periods a dimension value is missed after its last row.
PATIENCE = {"day": 28, "week": 4, "month": 1}
Series = tuple[str, str, str, str, str]


def followed(world: World, key: Key) -> bool:
    """Whether a KPI value is scored without a target, and has a band."""
    _, code, _, _, dimension, _ = key
    return dimension == "all" or (
        dimension == "channel" and world.meanings[code].additivity == "additive" and not is_ratio(world, key)
    )


def is_ratio(world: World, key: Key) -> bool:
    """By the total, which has a row whenever something has."""
    app, code, grain, start, _, _ = key
    return world.kpis[app, code, grain, start, "all", "all"].denominator is not None


def nothing(world: World, key: Key) -> Kpi:
    """What a dimension value without a row says: a count or an amount is 0."""
    app, code, grain, start, _, _ = key
    known = not is_ratio(world, key) and code not in LEVELS
    zero = Decimal(0) if known else None
    below = None if not is_ratio(world, key) else Decimal(0)
    return Kpi(zero, zero, below, world.kpis[app, code, grain, start, "all", "all"].is_complete)


def scored(world: World) -> dict[Key, Kpi]:
    """Every row of the scorecard."""
    rows = {key: kpi for key, kpi in world.kpis.items() if key in world.targets or followed(world, key)}
    for key in _asked_for(world):
        rows.setdefault(key, nothing(world, key))
    return rows


def _asked_for(world: World) -> Iterator[Key]:
    """Keys without a row that a target or a recent row of a channel asks for."""
    lives: dict[tuple[str, str, str], list[date]] = {}
    series: dict[Series, list[date]] = {}
    for (app, code, grain, start, dimension, value), _ in sorted(
        world.kpis.items(), key=lambda item: item[0]
    ):
        if dimension == "all":
            lives.setdefault((app, code, grain), []).append(start)
        elif followed(world, (app, code, grain, start, dimension, value)):
            series.setdefault((app, code, grain, dimension, value), []).append(start)
    for (app, code, grain, dimension, value), starts in series.items():
        life = lives[app, code, grain]
        present = set(starts)
        for place, start in enumerate(life):
            recent = life[max(0, place - PATIENCE[grain]) : place]
            if start not in present and present.intersection(recent):
                yield app, code, grain, start, dimension, value
    for app, code, grain, start, dimension, value in world.targets:
        key = app, code, grain, start, dimension, value
        if dimension != "all" and key not in world.kpis and start in lives.get((app, code, grain), []):
            yield key
