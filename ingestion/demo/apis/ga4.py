"""Emulates the GA4 Data API: `properties/…:runReport` by date, source and medium, with paging.

As at the platform: numbers are strings, a day without sessions has no row, recent days are restated.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.google_tokens import GoogleTokens, google_error

SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
DIMENSIONS = {"date": "date", "sessionSource": "source", "sessionMedium": "medium"}
METRICS = {
    "sessions": "sessions",
    "engagedSessions": "engaged_sessions",
    "totalUsers": "total_users",
    "newUsers": "new_users",
}


class Ga4:
    """Properties by number: `time_zone`, `rows`; `restated` of a row = {"after_days": n, column: new value}."""

    def __init__(self, properties: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._properties, self._as_of, self._page_size = properties, as_of, page_size
        self._tokens = GoogleTokens("ga4", SCOPE)

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if at_the_door := self._tokens.answer(request, fault):
            return at_the_door
        if fault == "quota":
            return google_error(429, "RESOURCE_EXHAUSTED", "Exhausted property tokens for a project per day.")
        name = request.path.removeprefix("/v1beta/properties/").removesuffix(":runReport")
        found = self._properties.get(name)
        if found is None:
            return google_error(
                403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property."
            )
        return self._report(found, request.json, fault)

    def _report(self, found: Mapping[str, Any], body: Mapping[str, Any], fault: Kind | None) -> Answer:
        dimensions = [entry["name"] for entry in body["dimensions"]]
        metrics = [entry["name"] for entry in body["metrics"]]
        if not set(dimensions) <= set(DIMENSIONS) or not set(metrics) <= set(METRICS):
            return google_error(400, "INVALID_ARGUMENT", "Did you mean another field?")
        first, last = body["dateRanges"][0]["startDate"], body["dateRanges"][0]["endDate"]
        today = self._as_of.astimezone(ZoneInfo(found["time_zone"])).date()
        rows = sorted(
            (
                self._now(row, today)
                for row in found["rows"]
                if first <= row["date"] <= min(last, today.isoformat())
            ),
            key=lambda row: (row["date"], row["source"], row["medium"]),
        )
        offset = 0 if fault == "repeated_page" else int(body.get("offset", 0))
        page = rows[offset : offset + min(int(body.get("limit", 10_000)), self._page_size)]
        total = len(rows) + (1 if fault == "total_mismatch" else 0)
        answer: dict[str, Any] = {
            "dimensionHeaders": [{"name": name} for name in dimensions],
            "metricHeaders": [{"name": name, "type": "TYPE_INTEGER"} for name in metrics],
            "metadata": {"currencyCode": "USD", "timeZone": found["time_zone"]} | found.get("metadata", {}),
            "kind": "analyticsData#runReport",
        }
        if total:
            answer |= {"rowCount": total, "rows": [_row(row, dimensions, metrics) for row in page]}
        return Answer(answer)

    def _now(self, row: Mapping[str, Any], today: date) -> Mapping[str, Any]:
        restated = row.get("restated")
        if restated and (today - date.fromisoformat(row["date"])).days >= restated["after_days"]:
            return {**row, **restated}
        return row


def _row(row: Mapping[str, Any], dimensions: list[str], metrics: list[str]) -> dict[str, Any]:
    texts = [str(row[DIMENSIONS[name]]) for name in dimensions]
    texts[0] = texts[0].replace("-", "")
    return {
        "dimensionValues": [{"value": text} for text in texts],
        "metricValues": [{"value": str(row[METRICS[name]])} for name in metrics],
    }
