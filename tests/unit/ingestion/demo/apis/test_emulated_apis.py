"""The emulators answer in the platforms' own shapes (what connectors make of them: see sources/)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ingestion.demo.apis import Fault, serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from tests.unit.ingestion.company_state import AS_OF, GOOGLE_ID, OCEAN_ID, write_company

GOOGLE, OCEAN = DEMO_CREDENTIALS["google_ads"], DEMO_CREDENTIALS["ocean_engine"]
WECHAT = DEMO_CREDENTIALS["wechat_official_account"]
SEARCH = f"/google_ads/v26/customers/{GOOGLE_ID}/googleAds:search"
REPORT = "/ocean_engine/open_api/v3.0/report/custom/get/"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with serve(write_company(tmp_path), AS_OF, page_size=4) as base_url:
        yield base_url


def google_headers(url: str) -> dict[str, str]:
    names = ("client_id", "client_secret", "refresh_token")
    form = {"grant_type": "refresh_token", **{name: GOOGLE[name] for name in names}}
    token = requests.post(f"{url}/google_ads/token", data=form, timeout=5).json()["access_token"]
    return {"Authorization": f"Bearer {token}", "developer-token": GOOGLE["developer_token"]}


def google_search(url: str, query: str, headers: dict[str, str], **body: Any) -> requests.Response:
    return requests.post(url + SEARCH, json={"query": query, **body}, headers=headers, timeout=5)


def gaql(fields: str, resource: str, first: str = "2026-03-01", last: str = "2026-03-02") -> str:
    return f"SELECT {fields} FROM {resource} WHERE segments.date BETWEEN '{first}' AND '{last}'"


def test_google_int64_are_strings_and_only_selected_fields_come(url: str) -> None:
    fields = "segments.date, ad_group_ad.ad.id, metrics.cost_micros, metrics.conversions"
    answer = google_search(url, gaql(fields, "ad_group_ad"), google_headers(url)).json()
    assert answer["results"][0] == {
        "segments": {"date": "2026-03-01"},
        "adGroupAd": {"ad": {"id": "300"}},
        "metrics": {"costMicros": "1230001", "conversions": 0.25},
    }


def test_google_pages_follow_tokens_and_the_summary_comes_last(url: str) -> None:
    headers, query = google_headers(url), gaql("segments.date, metrics.clicks", "ad_group_ad")
    settings = {"returnTotalResultsCount": True, "returnSummaryRow": True}
    pages, token = [], None
    while True:
        body = {"searchSettings": settings} | ({"pageToken": token} if token else {})
        pages.append(google_search(url, query, headers, **body).json())
        token = pages[-1].get("nextPageToken")
        if token is None:
            break
    assert [len(page.get("results", [])) for page in pages] == [4, 2, 0]
    assert {page["totalResultsCount"] for page in pages} == {"6"}
    assert [page.get("summaryRow") for page in pages] == [None, None, {"metrics": {"clicks": "30"}}]


def test_google_customer_level_adds_up_the_account(url: str) -> None:
    query = gaql("segments.date, metrics.cost_micros", "customer")
    results = google_search(url, query, google_headers(url)).json()["results"]
    assert [result["metrics"]["costMicros"] for result in results] == ["3690003", "3690003"]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"Authorization": "Bearer stale"}, 401, "UNAUTHENTICATED"),
        ({"developer-token": "other"}, 401, "UNAUTHENTICATED"),
    ],
)
def test_google_refuses_wrong_credentials(url: str, change: dict[str, str], status: int, words: str) -> None:
    answer = google_search(url, gaql("segments.date", "customer"), google_headers(url) | change)
    assert (answer.status_code, answer.json()["error"]["status"]) == (status, words)


def test_google_refuses_unknown_fields_and_accounts(url: str) -> None:
    headers = google_headers(url)
    assert google_search(url, gaql("metrics.nonsense", "customer"), headers).status_code == 400
    other = url + SEARCH.replace(GOOGLE_ID, "1")
    answer = requests.post(
        other, json={"query": gaql("segments.date", "customer")}, headers=headers, timeout=5
    )
    assert answer.status_code == 403


def ocean_token(url: str, refresh_token: str) -> dict[str, Any]:
    body = {"app_id": OCEAN["app_id"], "secret": OCEAN["secret"], "refresh_token": refresh_token}
    path = f"{url}/ocean_engine/open_api/oauth2/refresh_token/"
    return requests.post(path, json=body, timeout=5).json()


def ocean_report(url: str, token: str, **changed: Any) -> dict[str, Any]:
    parameters = {
        "advertiser_id": OCEAN_ID,
        "dimensions": json.dumps(["stat_time_day", "material_id"]),
        "metrics": json.dumps(["stat_cost", "show_cnt"]),
        "start_time": "2026-03-01",
        "end_time": "2026-03-02",
        "page": 2,
        "page_size": 100,
    }
    headers = {"Access-Token": token}
    return requests.get(url + REPORT, params={**parameters, **changed}, headers=headers, timeout=5).json()


def test_ocean_engine_values_are_strings_and_pages_are_numbered(url: str) -> None:
    token = ocean_token(url, OCEAN["refresh_token"])["data"]["access_token"]
    data = ocean_report(url, token)["data"]
    assert data["page_info"] == {"page": 2, "page_size": 4, "total_number": 6, "total_page": 2}
    assert data["total_metrics"] == {"stat_cost": "7.38", "show_cnt": "606"}
    assert data["rows"][0] == {
        "dimensions": {"stat_time_day": "2026-03-02", "material_id": "301"},
        "metrics": {"stat_cost": "1.23", "show_cnt": "101"},
    }
    account = ocean_report(url, token, dimensions='["stat_time_day"]', page=1)["data"]["rows"]
    assert [row["metrics"]["stat_cost"] for row in account] == ["3.76", "3.69"]


def test_ocean_engine_errors_stand_in_http_200(url: str) -> None:
    assert ocean_report(url, "stale")["code"] == 40105
    token = ocean_token(url, OCEAN["refresh_token"])["data"]["access_token"]
    assert ocean_report(url, token, advertiser_id="5")["code"] == 40002
    assert ocean_report(url, token, end_time="2026-03-31")["code"] == 40000


def test_ocean_engine_refresh_tokens_work_once_and_survive_a_restart(tmp_path: Path) -> None:
    company = write_company(tmp_path)
    with serve(company, AS_OF) as url:
        second = ocean_token(url, OCEAN["refresh_token"])["data"]["refresh_token"]
        assert ocean_token(url, OCEAN["refresh_token"])["code"] == 40107
        third = ocean_token(url, second)["data"]["refresh_token"]
        assert len({OCEAN["refresh_token"], second, third}) == 3
    with serve(company, AS_OF) as url:
        assert ocean_token(url, third)["code"] == 0
        assert ocean_token(url, "demo-refresh-7-invented")["code"] == 40107


def wechat(url: str, path: str, token: str, first: str, last: str) -> dict[str, Any]:
    body = {"begin_date": first, "end_date": last}
    address = f"{url}/wechat/datacube/{path}?access_token={token}"
    return requests.post(address, json=body, timeout=5).json()


def test_wechat_answers_seven_days_at_most_and_never_today(url: str) -> None:
    asked = {"grant_type": "client_credential", "appid": WECHAT["appid"], "secret": WECHAT["secret"]}
    token = requests.get(f"{url}/wechat/cgi-bin/token", params=asked, timeout=5).json()["access_token"]
    week = wechat(url, "getusersummary", token, "2026-03-01", "2026-03-07")["list"]
    assert len(week) == 14
    assert week[0] == {"ref_date": "2026-03-01", "user_source": 0, "new_user": 2, "cancel_user": 1}
    assert wechat(url, "getusersummary", token, "2026-03-01", "2026-03-08")["errcode"] == 61501
    assert wechat(url, "getusersummary", token, "2026-04-01", "2026-04-01")["errcode"] == 61501
    assert wechat(url, "getusersummary", "stale", "2026-03-01", "2026-03-01")["errcode"] == 42001
    article = wechat(url, "getarticletotaldetail", token, "2026-03-29", "2026-03-29")
    assert article["is_delay"] is False
    assert article["list"][0]["detail_list"][0]["like_user"] == 1


def test_faults_come_at_the_request_that_they_are_for(tmp_path: Path) -> None:
    faults = [Fault("customers", 2, "rate_limit", seconds=3), Fault("customers", 3, "cut_body")]
    with serve(write_company(tmp_path), AS_OF, faults) as url:
        headers = google_headers(url)
        query = gaql("segments.date", "customer")
        assert google_search(url, query, headers).status_code == 200
        limited = google_search(url, query, headers)
        assert (limited.status_code, limited.headers["Retry-After"]) == (429, "3")
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            google_search(url, query, headers)
        assert google_search(url, query, headers).status_code == 200
