"""Numbers as people in both languages read them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.report.figures import Figures, kind_of
from orchestration.report.words import Words

ZH, EN = Figures("zh", "CNY"), Figures("en", "USD")


@pytest.mark.parametrize(
    ("value", "kind", "chinese", "english"),
    [
        (None, "count", "–", "–"),
        (Decimal("0"), "count", "0", "0"),
        (Decimal("1234.00000000"), "count", "1,234", "1,234"),
        (Decimal("10.95"), "count", "11.0", "11.0"),
        (Decimal("12345"), "count", "1.23万", "12.3K"),
        (Decimal("123456789"), "count", "1.23亿", "123.5M"),
        (Decimal("-5"), "count", "−5", "−5"),
        (Decimal("9.9"), "currency", "¥9.90", "$9.90"),
        (Decimal("-1234.5"), "currency", "−¥1,234.50", "−$1,234.50"),
        (Decimal("2500000"), "currency", "¥250.00万", "$2.5M"),
        (Decimal("0.06521739"), "ratio", "6.5%", "6.5%"),
        (Decimal("1.53"), "multiple", "1.53", "1.53"),
        (Decimal("45.25"), "seconds", "45.3秒", "45.3s"),
        (Decimal("192.4"), "seconds", "3分12秒", "3m12s"),
        (Decimal("7200"), "seconds", "2.0小时", "2.0h"),
        (Decimal("4.666"), "score", "4.67", "4.67"),
    ],
)
def test_values(value: Decimal | None, kind: str, chinese: str, english: str) -> None:
    assert (ZH.value(value, kind), EN.value(value, kind)) == (chinese, english)


def test_ratios_change_by_percentage_points_and_the_rest_by_percent() -> None:
    assert ZH.change(Decimal("0.5"), Decimal("0.025"), "ratio") == "+2.5 个百分点"
    assert EN.change(Decimal("0.5"), Decimal("-0.025"), "ratio") == "−2.5 pp"
    assert ZH.change(Decimal("-0.182"), Decimal("-9"), "currency") == "−18.2%"
    assert ZH.change(None, Decimal("3"), "count") == "–"
    assert EN.difference(Decimal("3"), "count") == "+3"
    assert ZH.difference(Decimal("-12.3"), "currency") == "−¥12.30"
    assert Figures("en", "XYZ").value(Decimal(5), "currency") == "XYZ 5.00"


def test_days_and_words() -> None:
    day = date(2026, 3, 9)
    assert (ZH.long_day(day), EN.long_day(day)) == ("2026年3月9日 周一", "Mon, 9 Mar 2026")
    assert (ZH.day(day), EN.day(day), ZH.day(None)) == ("3月9日", "9 Mar", "–")
    assert kind_of("sessions_per_user", "ratio") == "multiple"
    assert kind_of("paying_rate", "ratio") == "ratio"
    words = Words("zh")
    assert words.driver_value("channel", "ocean_engine") == "巨量引擎"
    assert words.driver_value("region", "web") == "web", "a region is what people call it"
    assert words.name("my_own_channel") == "my own channel"
    assert (words.share(Decimal("0.62")), words.share(Decimal("1.4")), words.share(None)) == (
        "占变化的 62%",
        "",
        "",
    )


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6), st.sampled_from(["count", "currency"]))
def test_a_written_amount_is_within_its_rounding(value: Decimal, kind: str) -> None:
    for figures in (Figures("zh", "CNY"), Figures("en", "CNY")):
        text = figures.value(value, kind).replace("¥", "").replace("−", "-").replace(",", "")
        steps = {"亿": 10**8, "万": 10**4, "B": 10**9, "M": 10**6, "K": 10**3}
        step = steps.get(text[-1], 1)
        written = Decimal(text.rstrip("亿万BMK")) * step
        assert abs(written - value) <= Decimal("0.05") * step or abs(written - value) <= Decimal("0.5")
