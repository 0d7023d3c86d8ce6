"""Amounts that a database keeps as floating-point numbers: exact, or put aside; never rounded."""

from decimal import Decimal

#: Significant digits of which every number survives a double, or a single.
DIGITS = {"double precision": 15, "real": 6}


def inexact(name: str, text: str | None) -> str:
    """Why an amount is put aside."""
    return (
        f"{name}: stored as a floating-point number that is no exact amount (about {text}); "
        "store money as NUMERIC, as text or as whole cents"
    )


def plain(text: str) -> str:
    """The same number without an exponent."""
    return format(Decimal(text), "f")


def is_exact(text: str, kind: str) -> bool:
    """Whether the shortest text of a float has so few digits that it is what was written."""
    number = Decimal(text)
    if not number.is_finite():
        return False
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    return len(digits) <= DIGITS[kind]
