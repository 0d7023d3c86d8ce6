"""Units of a column: what its header states in brackets, else what the platform's mapping states. Never a guess."""

from decimal import Decimal
from typing import Literal

Kind = Literal["count", "seconds", "money", "rate", "text", "date"]

#: Words in brackets behind a header → units of the contract in one of them.
UNITS: dict[Kind, dict[str, Decimal]] = {
    "count": {
        word: Decimal(factor)
        for factor, words in (
            (1, ("", "次", "人", "个", "条", "篇", "人次", "count")),
            (1_000, ("千", "k")),
            (10_000, ("万", "万次", "万人", "w")),
            (100_000_000, ("亿", "亿次")),
        )
        for word in words
    },
    "seconds": {
        word: Decimal(factor)
        for factor, words in (
            ("0.001", ("毫秒", "ms")),
            ("1", ("秒", "s", "sec", "seconds")),
            ("60", ("分", "分钟", "min", "minutes")),
            ("3600", ("时", "小时", "h", "hours")),
        )
        for word in words
    },
    "money": {
        word: Decimal(factor)
        for factor, words in (
            ("0.01", ("分",)),
            ("1", ("元", "rmb", "cny", "¥", "yuan")),
            ("10000", ("万元",)),
        )
        for word in words
    },
    "rate": {"": Decimal(1), "%": Decimal("0.01"), "百分比": Decimal("0.01"), "‰": Decimal("0.001")},
    "text": {},
    "date": {},
}


def split_unit(header: str) -> tuple[str, str]:
    """观看总时长(分钟) → (观看总时长, 分钟); a header without brackets at its end has no unit."""
    if header.endswith(")") and "(" in header:
        word, _, unit = header[:-1].rpartition("(")
        return word, unit
    return header, ""
