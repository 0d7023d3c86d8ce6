"""Emulates the bucket of a Google Play developer account: object list with pages, monthly CSV in UTF-16.

As at the platform: a month's file holds the days up to two days ago, headers are English words.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.google_tokens import GoogleTokens, google_error

SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
LAG_DAYS = 2
HEADERS = {
    "installs": {
        "Date": "date",
        "Package Name": "",
        "Country": "country",
        "Daily Device Installs": "daily_device_installs",
        "Daily Device Uninstalls": "daily_device_uninstalls",
        "Daily Device Upgrades": "daily_device_upgrades",
        "Total User Installs": "",
        "Daily User Installs": "daily_user_installs",
        "Daily User Uninstalls": "daily_user_uninstalls",
        "Active Device Installs": "active_device_installs",
    },
    "store_performance": {
        "Date": "date",
        "Package name": "",
        "Country / region": "country",
        "Store listing acquisitions": "store_listing_acquisitions",
        "Store listing visitors": "store_listing_visitors",
    },
}


class GooglePlay:
    """Packages by name: `bucket`, rows of `installs` and `store_performance`, `missing_months`, `delimiter`."""

    def __init__(self, packages: Mapping[str, Any], as_of: datetime, page_size: int) -> None:
        self._packages, self._page_size = packages, page_size
        today = as_of.astimezone(ZoneInfo("America/Los_Angeles")).date()
        self._last_day = (today - timedelta(days=LAG_DAYS)).isoformat()
        self._tokens = GoogleTokens("play", SCOPE)

    def answer(self, request: Request, fault: Kind | None) -> Answer:
        if at_the_door := self._tokens.answer(request, fault):
            return at_the_door
        _, _, _, _, bucket, _, *name = request.path.split("/", 6)
        files = self._files(bucket)
        if not files:
            return google_error(404, "NOT_FOUND", "The specified bucket does not exist.")
        if not name:
            return self._list(files, request.query)
        content = files.get(unquote(name[0]))
        if content is None:
            return google_error(404, "NOT_FOUND", f"No such object: {bucket}/{unquote(name[0])}")
        return Answer(content[: len(content) // 2 - 1] if fault == "truncated_file" else content)

    def _list(self, files: Mapping[str, bytes], query: Mapping[str, str]) -> Answer:
        names = sorted(name for name in files if name.startswith(query.get("prefix", "")))
        start = int(query.get("pageToken", "0"))
        page: dict[str, Any] = {"kind": "storage#objects"}
        if found := names[start : start + self._page_size]:
            page["items"] = [{"name": name, "size": str(len(files[name]))} for name in found]
        if start + self._page_size < len(names):
            page["nextPageToken"] = str(start + self._page_size)
        return Answer(page)

    def _files(self, bucket: str) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for package, state in self._packages.items():
            if state["bucket"] != bucket:
                continue
            for folder in HEADERS:
                months: dict[str, list[Any]] = {}
                for row in state[folder]:
                    if row["date"] <= self._last_day:
                        months.setdefault(row["date"][:7].replace("-", ""), []).append(row)
                for month, rows in months.items():
                    if month in state.get("missing_months", ()):
                        continue
                    name = f"stats/{folder}/{folder}_{package}_{month}_country.csv"
                    found[name] = _csv(package, HEADERS[folder], rows, state.get("delimiter", ","))
                    found[name.replace("_country", "_overview")] = b""
        return found


def _csv(package: str, header: Mapping[str, str], rows: list[Any], delimiter: str) -> bytes:
    lines = [list(header)]
    lines += [[str(row[column]) if column else package for column in header.values()] for row in rows]
    return "\n".join(delimiter.join(line) for line in lines).encode("utf-16")
