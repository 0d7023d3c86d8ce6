"""What a person is told when the warehouse cannot be opened: who has it open, or that it is damaged and may go."""

import re

import duckdb

from orchestration.freeze import WAREHOUSE

_DAMAGED = re.compile("not a valid DuckDB|corrupt|checksum|deserializ|version number", re.IGNORECASE)


def why_not_opened(error: duckdb.Error) -> str:
    """One line. Everything in the warehouse is made from raw/, so that a damaged one is no loss."""
    text = " ".join(str(error).split())
    if holder := re.search(r"\(PID (\d+)\)", text):
        reader = "readers take published/ops.duckdb"
        return f"{WAREHOUSE} is open in process {holder[1]}: close it there ({reader}), then refresh again"
    if _DAMAGED.search(text):
        return (
            f"{WAREHOUSE} is damaged: remove it and refresh again, everything in it is made from raw/ "
            f"({text[:200]})"
        )
    return text
