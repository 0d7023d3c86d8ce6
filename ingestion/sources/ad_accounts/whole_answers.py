"""Reads all pages of an answer and makes sure that it is whole: nothing repeated, skipped or cut off.

What is not whole raises ApiError: nothing of it is kept and the next run asks again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ingestion.exact_json import as_text
from ingestion.rest_client import ApiError
from ingestion.sources.questions import TextRow

#: No report of an account has more pages; a paging that never ends is stopped here.
MOST_PAGES = 10_000


def place(body: Any, path: str) -> Any:
    """`data.page_info.page` of a body; None where a step is missing."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def numbered_pages(
    ask: Callable[[int], Any],
    *,
    what: str,
    rows: str = "data.list",
    page: str | None = "data.page_info.page",
    total: str = "data.page_info.total_number",
) -> tuple[list[Any], Any]:
    """All rows of an answer in numbered pages, and its last body. `ask(number)` gives the body of a page from 1.

    The platform states the number of all rows on each page; it must stay the same and be reached exactly.
    """
    gathered: list[Any] = []
    stated: int | None = None
    for number in range(1, MOST_PAGES + 1):
        body = ask(number)
        if page is not None and int(place(body, page)) != number:
            raise ApiError(f"{what}: page {number} was asked, {place(body, page)} came")
        count = int(place(body, total))
        if stated is not None and count != stated:
            raise ApiError(
                f"{what}: {stated} rows were stated, then {count}: they changed while they were read"
            )
        stated = count
        new = place(body, rows) or []
        gathered.extend(new)
        if not new or len(gathered) >= count:
            expect_count(what, len(gathered), count)
            return gathered, body
    raise ApiError(f"{what}: more than {MOST_PAGES} pages")


def cursor_pages(
    ask: Callable[[str | None], Any], *, what: str, rows: str, cursor: str | Callable[[Any], str | None]
) -> tuple[list[Any], Any]:
    """All rows of an answer whose pages name the next one, and its last body. A cursor must not come again."""
    gathered: list[Any] = []
    seen: set[str | None] = {None}
    after: str | None = None
    while len(seen) <= MOST_PAGES:
        body = ask(after)
        gathered.extend(place(body, rows) or [])
        after = as_text(place(body, cursor) if isinstance(cursor, str) else cursor(body))
        if not after:
            return gathered, body
        if after in seen:
            raise ApiError(f"{what}: the same page was announced twice")
        seen.add(after)
    raise ApiError(f"{what}: more than {MOST_PAGES} pages")


def expect_count(what: str, count: int, stated: object) -> None:
    if stated is not None and int(str(stated)) != count:
        raise ApiError(f"{what}: {count} rows came, the API states {stated}")


def expect_sums(what: str, rows: Sequence[TextRow], stated: Mapping[str, str | None]) -> None:
    """Columns add up exactly to what the platform states; a column without a stated total is not compared."""
    for column, total_text in stated.items():
        if total_text is None:
            continue
        try:
            total = sum((Decimal(row.get(column) or 0) for row in rows), Decimal(0))
        except InvalidOperation:
            continue  # the row's own value is no number: landing puts that row aside and says so
        if total != Decimal(total_text):
            raise ApiError(f"{what}: {column} adds up to {total}, stated {total_text}")


def number(value: Any) -> str | None:
    """Text of a number; "-", "--" and "" stand for nothing, thousands may have commas."""
    text = (as_text(value) or "").replace(",", "").strip()
    return text if text.strip("-") else None


def six_decimals(value: Any) -> str | None:
    """Text of a number that came as a float: binary noise stands behind the digits that the platform means."""
    text = number(value)
    exponent = Decimal(text).as_tuple().exponent if text is not None else 0
    return (
        text
        if text is None or not isinstance(exponent, int) or exponent >= -6
        else str(round(Decimal(text), 6))
    )


def add_up(values: Iterable[Any]) -> str:
    return format(sum((Decimal(number(value) or 0) for value in values), Decimal(0)), "f")
