"""Numbers as people read them: 万 and 亿 in Chinese, K and M in English, money with its currency, percentage points."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

Number = Decimal | float | int
NONE = "–"
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "SGD": "S$"}
_STEPS = {
    "zh": ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
    "en": ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K")),
}
#: English writes thousands out up to here, so that 1,234 users stay 1,234.
_WRITTEN_OUT = 10_000
#: Ratios of two different things: 1.53 sessions per user, not 153 %.
MULTIPLES = frozenset({"sessions_per_user", "views_per_viewer", "roas", "k_factor"})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


def kind_of(kpi_code: str, unit: str | None) -> str:
    """How a KPI is written: dim_kpi's unit, or `multiple`."""
    return "multiple" if kpi_code in MULTIPLES else unit or "count"


@dataclass(frozen=True)
class Figures:
    """Writes numbers of one reporting currency in one language (zh, en)."""

    language: str
    currency: str

    def value(self, value: Number | None, kind: str) -> str:
        """`kind`: count, currency, ratio, multiple, seconds or score."""
        if value is None:
            return NONE
        amount = Decimal(str(value))
        if kind == "ratio":
            return f"{_rounded(amount * 100, 1)}%"
        if kind == "seconds":
            return self._duration(amount)
        if kind == "currency":
            return self._sign(amount) + self.symbol + self._amount(abs(amount), 2)
        if kind in ("multiple", "score"):
            return _rounded(amount, 2)
        return self._sign(amount) + self._amount(abs(amount), 0 if amount == amount.to_integral() else 1)

    def change(self, rate: Number | None, difference: Number | None, kind: str) -> str:
        """A change: of ratios in percentage points (`difference`), of anything else in percent (`rate`)."""
        if kind == "ratio":
            if difference is None:
                return NONE
            points = _rounded(Decimal(str(difference)) * 100, 1, plus=True)
            return f"{points} 个百分点" if self.language == "zh" else f"{points} pp"
        return NONE if rate is None else f"{_rounded(Decimal(str(rate)) * 100, 1, plus=True)}%"

    def difference(self, value: Number | None, kind: str) -> str:
        """A signed amount in the unit of the KPI itself."""
        if value is None:
            return NONE
        if kind == "ratio":
            return self.change(None, value, kind)
        return ("+" if value > 0 else "") + self.value(value, kind)

    def percent(self, value: Number | None, digits: int = 0) -> str:
        return NONE if value is None else f"{_rounded(Decimal(str(value)) * 100, digits)}%"

    def day(self, day: date | None) -> str:
        if day is None:
            return NONE
        if self.language == "zh":
            return f"{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]}"

    def long_day(self, day: date) -> str:
        weekday = _WEEKDAYS[self.language][day.weekday()]
        if self.language == "zh":
            return f"{day.year}年{day.month}月{day.day}日 周{weekday}"
        return f"{weekday}, {day.day} {_MONTHS[day.month - 1]} {day.year}"

    def month(self, day: date) -> str:
        return f"{day.month}月" if self.language == "zh" else _MONTHS[day.month - 1]

    @property
    def symbol(self) -> str:
        return _SYMBOLS.get(self.currency, f"{self.currency} ")

    def _amount(self, amount: Decimal, digits: int) -> str:
        if self.language == "zh" or amount >= _WRITTEN_OUT:
            for step, word in _STEPS[self.language]:
                if amount >= step:
                    return f"{_rounded(amount / step, 2 if self.language == 'zh' else 1)}{word}"
        return _rounded(amount, digits)

    def _duration(self, seconds: Decimal) -> str:
        minute, hour = ("分", "小时") if self.language == "zh" else ("m", "h")
        second = "秒" if self.language == "zh" else "s"
        if seconds < 60:
            return f"{_rounded(seconds, 1)}{second}"
        if seconds < 3600:
            whole = int(seconds.to_integral_value(ROUND_HALF_UP))
            return f"{whole // 60}{minute}{whole % 60:02d}{second}"
        return f"{_rounded(seconds / 3600, 1)}{hour}"

    @staticmethod
    def _sign(amount: Decimal) -> str:
        return "−" if amount < 0 else ""


def _rounded(amount: Decimal, digits: int, *, plus: bool = False) -> str:
    """Half up, with thousands separators, a real minus sign, and no minus before zero."""
    number = amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    sign = "−" if number < 0 else "+" if plus and number > 0 else ""
    return f"{sign}{abs(number):,}"
