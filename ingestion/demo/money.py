"""The company's exchange rates and its one way of converting."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ingestion.demo.parameters import LAST_DAY, Parameters

REPORTING_CURRENCY = "CNY"
MICRO = Decimal("0.000001")


@dataclass(frozen=True)
class Rates:
    """Yuan per US dollar, a rate for every day from ten days before the window to the day after it."""

    usd: dict[date, Decimal]

    def to_reporting(self, amount: Decimal, currency: str, day: date) -> Decimal:
        """`amount` in CNY at that day's rate, rounded half up to 6 decimals."""
        rate = Decimal(1) if currency == REPORTING_CURRENCY else self.usd[day]
        return (amount * rate).quantize(MICRO, ROUND_HALF_UP)


def draw_rates(parameters: Parameters) -> Rates:
    """A slow random walk around 7.1."""
    dice = parameters.dice("fx")
    rate = Decimal("7.1200")
    usd: dict[date, Decimal] = {}
    day = parameters.first_day - timedelta(days=10)
    while day <= LAST_DAY + timedelta(days=1):
        usd[day] = rate
        rate += Decimal(dice.randrange(-90, 91)) / 10_000
        day += timedelta(days=1)
    return Rates(usd)
