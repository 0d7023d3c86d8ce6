"""The emulated APIs of Baidu, Xiaohongshu and Kuaishou answer in the platforms' own shapes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ingestion.demo.apis import Fault, serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from tests.unit.ingestion.company_state import AS_OF, write_company
from tests.unit.ingestion.sources.ad_accounts.rotating_platforms import ads_state

BAIDU, XIAOHONGSHU, KUAISHOU = (
    DEMO_CREDENTIALS[name] for name in ("baidu_ads", "xiaohongshu_ads", "kuaishou_ads")
)
DAY = "2026-03-22"
COLUMNS = ["date", "campaignId", "campaignNameStatus", "adGroupId", "ideaInfo", "impression", "cost"]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with serve(write_company(tmp_path, ads_state()), AS_OF, page_size=2) as base_url:
        yield base_url


def post(url: str, path: str, body: Any, token: str | None = None) -> Any:
    headers = {"Access-Token": token} if token else {}
    return json.loads(requests.post(url + path, json=body, headers=headers, timeout=5).content)


def baidu_token(url: str, refresh_token: str) -> Any:
    body = {"appId": BAIDU["app_id"], "secretKey": BAIDU["secret_key"], "refreshToken": refresh_token}
    return post(url, "/baidu_ads/oauth/refreshToken", {**body, "userId": int(BAIDU["user_id"])})


def baidu_report(url: str, token: str, **changed: Any) -> Any:
    body = {"reportType": 2665235, "startDate": DAY, "endDate": DAY, "timeUnit": "DAY", "columns": COLUMNS}
    body |= {"startRow": 1, "rowCount": 2, "needSum": True}
    header = {"userName": "百度账户", "accessToken": token}
    path = "/baidu_ads/json/sms/service/OpenApiReportService/getReportData"
    return post(url, path, {"header": header, "body": body | changed})


def test_baidu_rows_are_numbers_with_a_nested_creative_and_offset_pages(url: str) -> None:
    answer = baidu_report(url, baidu_token(url, BAIDU["refresh_token"])["data"]["accessToken"])
    assert (answer["header"]["status"], answer["header"]["failures"]) == (0, [])
    (data,) = answer["body"]["data"]
    assert (data["rowCount"], data["totalRowCount"]) == (2, 3)
    assert data["rows"][0] == {
        "date": DAY,
        "campaignId": 11,
        "campaignNameStatus": "春季, spring",
        "adGroupId": 21,
        "ideaInfo": {"ideaId": 301, "ideaTitle": "创意 1"},
        "impression": 10001,
        "cost": 1234.51,
    }
    assert data["summary"]["cost"] == 3703.53


def test_baidu_says_errors_in_the_header_of_http_200(url: str) -> None:
    token = baidu_token(url, BAIDU["refresh_token"])["data"]["accessToken"]
    cases = {"stale": {"token": "stale"}, "report": {"token": token, "reportType": 1}}
    codes = {}
    for name, given in cases.items():
        header = baidu_report(url, **given)["header"]
        codes[name] = (header["status"], header["failures"][0]["code"])
    assert codes == {"stale": (2, 8102), "report": (2, 9001)}


def test_baidu_partial_success_has_status_1_and_a_part_of_the_rows(tmp_path: Path) -> None:
    fault = Fault(nth=1, kind="partial", body_contains="reportType")
    with serve(write_company(tmp_path, ads_state()), AS_OF, (fault,), page_size=20) as url:
        token = baidu_token(url, BAIDU["refresh_token"])["data"]["accessToken"]
        answer = baidu_report(url, token, startRow=0, rowCount=20)
    (data,) = answer["body"]["data"]
    assert (answer["header"]["status"], data["rowCount"], data["totalRowCount"]) == (1, 1, 3)


def test_each_exchange_kills_the_refresh_token_before_it(url: str) -> None:
    first = baidu_token(url, BAIDU["refresh_token"])["data"]["refreshToken"]
    assert baidu_token(url, BAIDU["refresh_token"])["code"] == 894063
    assert baidu_token(url, first)["code"] == 0
    assert baidu_token(url, "demo-baidu_ads-refresh-9-invented")["code"] == 894063


def exchanged(url: str, path: str, given: dict[str, str]) -> str:
    body = {
        "app_id": int(given["app_id"]),
        "secret": given["secret"],
        "refresh_token": given["refresh_token"],
    }
    return post(url, path, body)["data"]["access_token"]


def test_xiaohongshu_writes_thousands_with_commas_and_the_balance_in_fen(url: str) -> None:
    token = exchanged(url, "/xiaohongshu_ads/api/open/oauth2/refresh_token", XIAOHONGSHU)
    asked = {"advertiser_id": 5500001, "start_date": DAY, "end_date": DAY, "time_unit": "DAY"}
    path = "/xiaohongshu_ads/api/open/jg/data/report/offline/creativity"
    answer = post(url, path, {**asked, "page_num": 2, "page_size": 20}, token)
    assert (answer["success"], answer["code"], answer["data"]["total_count"]) == (True, 0, 3)
    (row,) = answer["data"]["data_list"]
    assert (row["time"], row["creativity_id"], row["fee"]) == (DAY, "302", "1,234.52")
    assert (row["impression"], row["rgmv"], row["video_play_5s_cnt"]) == ("10,002", "1,234,567.89", "1,002")
    balance = requests.get(
        f"{url}/xiaohongshu_ads/api/open/jg/account/balance/info",
        params={"advertiser_id": "5500001"},
        headers={"Access-Token": token},
        timeout=5,
    )
    assert balance.json()["data"]["total_balance"] == 1_234_567
    today = post(url, path, {**asked, "end_date": "2026-04-01", "page_num": 1, "page_size": 20}, token)
    assert (today["success"], today["code"]) == (False, 400), "offline reports end with yesterday"


def test_kuaishou_budgets_are_thousandths_and_reports_span_a_week(url: str) -> None:
    token = exchanged(url, "/kuaishou_ads/rest/openapi/oauth2/authorize/refresh_token", KUAISHOU)
    asked = {"advertiser_id": 6600001, "page": 1, "page_size": 20, "temporal_granularity": "DAILY"}
    path = "/kuaishou_ads/rest/openapi/v1/report/creative_report"
    answer = post(url, path, {**asked, "start_date": DAY, "end_date": DAY}, token)
    assert answer["data"]["total_count"] == 3
    first = answer["data"]["details"][0]
    assert (first["stat_date"], first["creative_id"], first["charge"], first["show"]) == (
        DAY,
        300,
        1234.5,
        10_000,
    )
    long = post(url, path, {**asked, "start_date": "2026-03-20", "end_date": "2026-03-27"}, token)
    assert (long["code"], long["data"]) == (400001, None)
    budget = requests.get(
        f"{url}/kuaishou_ads/rest/openapi/v1/advertiser/budget/get",
        params={"advertiser_id": "6600001"},
        headers={"Access-Token": token},
        timeout=5,
    )
    assert budget.json()["data"]["day_budget_schedule"][2] == 102_000
