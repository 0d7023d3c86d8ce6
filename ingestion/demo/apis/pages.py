"""Pages of an emulated report, and what can go wrong with them."""

from collections.abc import Sequence
from typing import Any

from ingestion.demo.apis.faults import Kind


def numbered_page(
    rows: Sequence[Any], page: int, size: int, fault: Kind | None
) -> tuple[list[Any], dict[str, int]]:
    """The rows of a page from 1, and {page, page_size, total_number, total_page}."""
    shown, total = shift(rows, (page - 1) * size, size, fault)
    info = {"page": page, "page_size": size, "total_number": total, "total_page": -(-total // size)}
    return shown, info


def shift(rows: Sequence[Any], start: int, size: int, fault: Kind | None) -> tuple[list[Any], int]:
    """The rows from `start`, and how many there are, as a faulty platform would say."""
    total = len(rows) + (fault == "total_mismatch")
    if fault == "repeated_page":
        start = 0
    elif fault == "skipped_page":
        start += size
    elif (
        fault == "inserted_row"
    ):  # a row came in before this page: the last one of the page before comes again
        start, total = max(0, start - 1), total + 1
    return list(rows[start : start + size]), total
