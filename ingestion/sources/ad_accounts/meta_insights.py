"""Insights of a Meta ad account, read whole: at once, or by a report job; by day or by hour of the account's zone.

Ads are read by a job, the account's totals at once. The figures add up to the summary that the platform states.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ingestion.exact_json import as_text
from ingestion.sources.ad_accounts.account_settings import MetaAdsAccount
from ingestion.sources.ad_accounts.report_jobs import JobState, finished_job
from ingestion.sources.ad_accounts.reports import Asked
from ingestion.sources.ad_accounts.whole_answers import cursor_pages, expect_sums, number, place

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

PAGE_SIZE = 500
BY_HOUR = "hourly_stats_aggregated_by_advertiser_time_zone"


def insights(
    client: "RESTClient",
    account: MetaAdsAccount,
    asked: Asked,
    levels: Mapping[str, str],
    actions: tuple[str, ...],
) -> list[dict[str, Any]]:
    """Every row. Raises ApiError unless they add up to the summary that the platform states."""
    path, what = f"act_{account.account_id}/insights", f"meta_ads {asked.level} insights"
    body = {
        "level": asked.level,
        "time_increment": "1",
        "time_range": json.dumps({"since": asked.first.isoformat(), "until": asked.last.isoformat()}),
        "fields": ",".join([*levels.values(), *asked.metrics.values(), *actions]),
        "action_attribution_windows": json.dumps(account.attribution_windows),
        "action_report_time": "impression",
        "use_account_attribution_setting": "true",
        **({"breakdowns": BY_HOUR} if asked.by_hour else {}),
    }
    summary = {"default_summary": "true"}
    if asked.is_by_ad:
        job = finished_job(_create(client, path, body), lambda job_id: _look(client, job_id), what=what)
        rows, answer = pages(client, f"{job}/insights", summary)
    else:
        rows, answer = pages(client, path, body | summary)
    stated = place(answer, "summary") or {}
    shaped = [{column: as_text(row.get(name)) for column, name in asked.metrics.items()} for row in rows]
    expect_sums(what, shaped, {column: number(stated.get(name)) for column, name in asked.metrics.items()})
    return rows


def _create(client: "RESTClient", path: str, body: dict[str, str]) -> Callable[[], str]:
    return lambda: str(client.post(path, json=body).json()["report_run_id"])


def _look(client: "RESTClient", job_id: str) -> JobState:
    found = client.get(job_id).json()
    status, percent = found["async_status"], found.get("async_percent_completion")
    words = f"{status}, {percent} %"
    if status == "Job Completed":
        return JobState("done", words)
    return JobState("failed" if status in ("Job Failed", "Job Skipped") else "running", words)


def pages(client: "RESTClient", path: str, asked: dict[str, str]) -> tuple[list[Any], Any]:
    def ask(after: str | None) -> Any:
        cursor = {"after": after} if after else {}
        return client.get(path, params={**asked, "limit": PAGE_SIZE, **cursor}).json()

    def next_cursor(body: Any) -> str | None:
        # The last page has a cursor too, but no `next`.
        return place(body, "paging.cursors.after") if place(body, "paging.next") else None

    return cursor_pages(ask, what=f"meta_ads {path.split('/')[-1]}", rows="data", cursor=next_cursor)
