"""One GAQL query of Google Ads, read whole: all pages, as many rows and the sums that the API states.

Whole numbers come as JSON strings, conversions and their value as doubles (kept to 6 decimals); a name in GAQL
stands in the answer in camel case; a zero may be left out, as protobuf leaves out defaults.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from ingestion.exact_json import as_text
from ingestion.sources.ad_accounts.whole_answers import cursor_pages, expect_count, expect_sums, place
from ingestion.sources.questions import TextRow

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

#: Doubles carry binary noise behind the digits that the platform means.
SIX_DECIMALS = Decimal("0.000001")
DOUBLES = ("conversions", "conversion_value")


def search(
    client: "RESTClient",
    path: str,
    resource: str,
    columns: Mapping[str, str],
    days: tuple[date, date] | None = None,
    where: str | None = None,
) -> list[dict[str, str | None]]:
    """Every row; `columns`: ours → GAQL. Raises ApiError unless number and sums are those that the API states."""
    query = f"SELECT {', '.join(columns.values())} FROM {resource}"
    if where is not None:
        query += f" WHERE {where}"
    if days is not None:
        query += f" WHERE segments.date BETWEEN '{days[0]}' AND '{days[1]}' ORDER BY segments.date"
    body = {"query": query, "searchSettings": {"returnTotalResultsCount": True, "returnSummaryRow": True}}
    stated: dict[str, Any] = {}

    def ask(token: str | None) -> Any:
        page = client.post(path, json=body | ({"pageToken": token} if token else {})).json()
        stated.update({name: page[name] for name in ("totalResultsCount", "summaryRow") if name in page})
        return page

    what = f"google_ads {resource}"
    results, _ = cursor_pages(ask, what=what, rows="results", cursor="nextPageToken")
    rows = [_row(result, columns) for result in results]
    expect_count(what, len(rows), stated.get("totalResultsCount"))
    expect_sums(what, rows, _sums(stated, columns))
    return rows


def _sums(stated: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str | None]:
    return {
        column: as_text(place(stated, f"summaryRow.{_camel(name)}"))
        for column, name in columns.items()
        if name.startswith("metrics.") and column not in DOUBLES
    }


def _row(result: Any, columns: Mapping[str, str]) -> dict[str, str | None]:
    row: dict[str, str | None] = {}
    for column, name in columns.items():
        value = place(result, _camel(name))
        if name.startswith("metrics.") or name == "segments.hour":
            value = value or 0
            value = Decimal(value).quantize(SIX_DECIMALS, ROUND_HALF_UP) if column in DOUBLES else value
        elif isinstance(value, list):
            value = value[0] if value else None
        row[column] = as_text(value)
    return row


def _camel(name: str) -> str:
    """`ad_group_ad.ad.final_urls` → `adGroupAd.ad.finalUrls`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def of_account(own: Mapping[str, str | None], rows: list[dict[str, str | None]]) -> list[TextRow]:
    return [{**own, **row} for row in rows]
