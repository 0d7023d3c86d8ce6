"""Emulates App Store Connect analytics reports: requests, reports, daily instances, gzip TSV segments.

As at the platform: without an ONGOING request there is nothing, a new request has its reports only later, lists come
in pages with `links.next`, a later instance repeats the dates that it corrects.
"""

import gzip
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.demo.apis.credentials import ISSUER_ID, KEY_ID, app_store_key
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.signed_tokens import claims_of

DAYS_KEPT = 35


class AppStore:
    """Apps by Apple id: `has_request`, `instances` = [{report (its name), processing_date, segments: [[row, …]]}]."""

    def __init__(self, apps: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._apps, self._page_size = apps, page_size
        self._today = as_of.astimezone(UTC).date()
        #: Requests that clients made in this server's life.
        self.requested: list[str] = []

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        steps = request.path.strip("/").split("/")
        if steps[0] == "segments":
            return self._segment(steps[1], fault)
        if fault == "expired_token":
            return _error(401, "NOT_AUTHORIZED", "Provide a properly configured and signed bearer token.")
        if (refusal := _refusal(request)) is not None:
            return refusal
        base = f"http://{request.headers['host']}/app_store"
        if request.method == "POST" and steps == ["v1", "analyticsReportRequests"]:
            self.requested.append(request.json["data"]["relationships"]["app"]["data"]["id"])
            return Answer({"data": {"type": "analyticsReportRequests", "id": "new"}}, 201)
        match steps:
            case ["v1", "apps", apple_id, "analyticsReportRequests"]:
                if apple_id not in self._apps:
                    return _error(404, "NOT_FOUND", f"There is no resource of type apps with id {apple_id}")
                entries = self._requests(apple_id)
            case ["v1", "analyticsReportRequests", request_id, "reports"]:
                entries = self._reports(
                    request_id.removeprefix("request-"), request.query.get("filter[name]")
                )
            case ["v1", "analyticsReports", report_id, "instances"]:
                entries = self._instances(report_id)
            case ["v1", "analyticsReportInstances", instance_id, "segments"]:
                entries = [] if fault == "missing_segment" else self._segments(instance_id, base)
            case _:
                return _error(404, "NOT_FOUND", "The path provided does not match a defined resource type.")
        return self._page(entries, request, base)

    def _page(self, entries: Sequence[Any], request: Request, base: str) -> Answer:
        start = int(request.query.get("cursor", "0"))
        end = start + self._page_size
        links = {"self": base + request.path}
        if end < len(entries):
            links["next"] = f"{base}{request.path}?cursor={end}"
        return Answer({"data": list(entries[start:end]), "links": links})

    def _requests(self, apple_id: str) -> list[Any]:
        if not self._apps[apple_id].get("has_request", True):
            return []
        stopped = {"accessType": "ONGOING", "stoppedDueToInactivity": True}
        live = {"accessType": "ONGOING", "stoppedDueToInactivity": False}
        return [
            {"type": "analyticsReportRequests", "id": "stopped", "attributes": stopped},
            {"type": "analyticsReportRequests", "id": f"request-{apple_id}", "attributes": live},
        ]

    def _reports(self, apple_id: str, name: str | None) -> list[Any]:
        names = dict.fromkeys(instance["report"] for instance in self._apps[apple_id]["instances"])
        return [
            {"type": "analyticsReports", "id": f"{apple_id}-{number}", "attributes": {"name": known}}
            for number, known in enumerate(names)
            if name in (None, known)
        ]

    def _instances(self, report_id: str) -> list[Any]:
        apple_id, number = report_id.rsplit("-", 1)
        instances = self._apps[apple_id]["instances"]
        name = list(dict.fromkeys(instance["report"] for instance in instances))[int(number)]
        oldest = (self._today - timedelta(days=DAYS_KEPT - 1)).isoformat()
        return [
            {
                "type": "analyticsReportInstances",
                "id": f"{apple_id}-{place}",
                "attributes": {"granularity": "DAILY", "processingDate": instance["processing_date"]},
            }
            for place, instance in enumerate(instances)
            if instance["report"] == name and oldest <= instance["processing_date"] <= self._today.isoformat()
        ]

    def _segments(self, instance_id: str, base: str) -> list[Any]:
        apple_id, place = instance_id.rsplit("-", 1)
        segments = self._apps[apple_id]["instances"][int(place)]["segments"]
        return [
            {
                "type": "analyticsReportSegments",
                "id": f"{instance_id}-{number}",
                "attributes": {
                    "url": f"{base}/segments/{instance_id}-{number}?signature=demo",
                    "sizeInBytes": 1,
                },
            }
            for number in range(len(segments))
        ]

    def _segment(self, segment_id: str, fault: Kind | None) -> Answer:
        apple_id, place, number = segment_id.rsplit("-", 2)
        rows = self._apps[apple_id]["instances"][int(place)]["segments"][int(number)]
        header = list(dict.fromkeys(name for row in rows for name in row))
        lines = [header, *([str(row.get(name, "")) for name in header] for row in rows)]
        content = gzip.compress("".join("\t".join(line) + "\n" for line in lines).encode())
        return Answer(content[: len(content) // 2] if fault == "truncated_file" else content)


def _refusal(request: Request) -> Answer | None:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        claims = claims_of(token, app_store_key().public_key())
    except ValueError as error:
        return _error(401, "NOT_AUTHORIZED", str(error))
    wanted = {"iss": ISSUER_ID, "kid": KEY_ID, "aud": "appstoreconnect-v1", "alg": "ES256"}
    if (
        any(claims.get(name) != value for name, value in wanted.items())
        or claims["exp"] - claims["iat"] > 1200
    ):
        return _error(401, "NOT_AUTHORIZED", "Provide a properly configured and signed bearer token.")
    return None


def _error(status: int, code: str, detail: str) -> Answer:
    return Answer(
        {"errors": [{"status": str(status), "code": code, "title": code, "detail": detail}]}, status
    )
