"""Student's t, by adding up its density: the factor of a 90 % interval."""

from functools import cache
from math import gamma, pi, sqrt

STEPS = 4000


@cache
def t_95(degrees_of_freedom: int) -> float:
    """The number below which 95 % of the distribution lie, with 6 decimals; from 200 degrees on always that of 200."""
    df = min(degrees_of_freedom, 200)
    low, high = 0.0, 10.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _up_to(middle, df) < 0.95 else (low, middle)
    return round(low, 6)


def _up_to(border: float, df: int) -> float:
    """Half, and Simpson's rule from 0 to the border."""
    height = border / STEPS
    inner = sum((4 if n % 2 else 2) * _density(n * height, df) for n in range(1, STEPS))
    return 0.5 + height / 3 * (_density(0, df) + inner + _density(border, df))


def _density(x: float, df: int) -> float:
    scale = gamma((df + 1) / 2) / gamma(df / 2) / sqrt(df * pi)
    return scale * (1 + x * x / df) ** (-(df + 1) / 2)
