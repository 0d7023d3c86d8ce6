"""Mix and rate by hand, in exact decimals: why did a KPI move."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from tests.oracle.scorecard import EIGHTH, Kpi, World, earlier_starts

DRIVERS = ("channel", "country", "region", "content_type", "user_tier", "new_existing", "platform", "app")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """What a segment adds; mix and rate are None for counts and money."""

    total: Decimal
    mix: Decimal | None
    rate: Decimal | None


#: Numerator and denominator of a segment, earlier and later; None where it has no row.
Sides = Mapping[str, tuple[Kpi | None, Kpi | None]]


def _above(kpi: Kpi | None) -> Decimal:
    return kpi.numerator if kpi and kpi.numerator is not None else ZERO


def _below(kpi: Kpi | None) -> Decimal:
    return kpi.denominator if kpi and kpi.denominator is not None else ZERO


def split(earlier: Kpi, later: Kpi, segments: Sides) -> dict[str, Part]:
    """The parts of a change by segment; empty for a ratio whose segments do not hold it once."""
    assert earlier.value is not None
    assert later.value is not None
    change = later.value - earlier.value
    if later.denominator is None or earlier.denominator is None:
        parts = {name: Part(_above(b) - _above(a), None, None) for name, (a, b) in segments.items()}
        rest = change - sum((part.total for part in parts.values()), ZERO)
        return {**parts, "(overlap)": Part(rest, None, None)} if rest and parts else parts
    for side, whole in ((0, earlier), (1, later)):
        if sum((_above(pair[side]) for pair in segments.values()), ZERO) != _above(whole):
            return {}
        if sum((_below(pair[side]) for pair in segments.values()), ZERO) != _below(whole):
            return {}
    with localcontext() as context:
        context.prec = 60
        return _ratio_parts(earlier, later, segments, change)


def _ratio_parts(earlier: Kpi, later: Kpi, segments: Sides, change: Decimal) -> dict[str, Part]:
    below_0, below_1 = _below(earlier), _below(later)
    middle = (_above(earlier) / below_0 + _above(later) / below_1) / 2
    effects = {}
    for name, (a, b) in segments.items():
        own_0 = _above(a) / _below(a) if _below(a) else None
        own_1 = _above(b) / _below(b) if _below(b) else None
        rate_0 = own_0 if own_0 is not None else own_1 if own_1 is not None else ZERO
        rate_1 = own_1 if own_1 is not None else rate_0
        share_0, share_1 = _below(a) / below_0, _below(b) / below_1
        bare = (ZERO if _below(b) else _above(b) / below_1) - (ZERO if _below(a) else _above(a) / below_0)
        mix = (share_1 - share_0) * ((rate_0 + rate_1) / 2 - middle)
        rate = (rate_1 - rate_0) * (share_0 + share_1) / 2 + bare
        effects[name] = (mix.quantize(EIGHTH, ROUND_HALF_UP), rate.quantize(EIGHTH, ROUND_HALF_UP))
    rest = change - sum((mix + rate for mix, rate in effects.values()), ZERO)
    largest = min(effects, key=lambda name: (-abs(sum(effects[name])), name))
    mix, rate = effects[largest]
    effects[largest] = (mix, rate + rest)
    return {name: Part(mix + rate, mix, rate) for name, (mix, rate) in effects.items()}


def contributions(world: World) -> Iterator[tuple[tuple[str, str, str, date, str, str], dict[str, Part]]]:
    """((app, KPI, grain, first day, comparison, driver), parts) of every change."""
    cells: dict[tuple[str, str, str, date, str], dict[str, Kpi]] = {}
    for (app, code, grain, start, dimension, value), kpi in world.kpis.items():
        cells.setdefault((app, code, grain, start, dimension), {})[value] = kpi
    for (app, code, grain, start, dimension, _), later in world.kpis.items():
        if dimension != "all" or not later.is_complete or later.value is None:
            continue
        for comparison, before in earlier_starts(grain, start, world.offsets).items():
            earlier = world.kpis.get((app, code, grain, before, "all", "all")) if before else None
            if comparison == "year_ago_aligned" or earlier is None or before is None:
                continue
            if not earlier.is_complete or earlier.value is None:
                continue
            for driver in DRIVERS:
                then = cells.get((app, code, grain, before, driver), {})
                now = cells.get((app, code, grain, start, driver), {})
                names: Iterable[str] = {**then, **now}
                parts = split(earlier, later, {name: (then.get(name), now.get(name)) for name in names})
                if parts:
                    yield (app, code, grain, start, comparison, driver), parts
