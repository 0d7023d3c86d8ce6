"""Small accounts on the platforms whose refresh token rotates, for their connectors over real HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from ingestion.demo.apis import Fault, serve
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.ad_accounts import baidu_ads, kuaishou_ads, xiaohongshu_ads
from ingestion.sources.ad_accounts.account_settings import (
    BaiduAdsAccount,
    KuaishouAdsAccount,
    XiaohongshuAdsAccount,
)
from tests.unit.ingestion.company_state import AS_OF, landed, settings, write_company

FIRST_DAY = date(2026, 3, 22)
DAYS = 10  # 22 to 31 March: as-of is 1 April 09:00 in Shanghai
ADS = 3
PAGE_SIZE = 7


@dataclass(frozen=True)
class Platform:
    """`report` is a text of the path or body of each request for the performance of ads."""

    module: ModuleType
    account_type: Callable[..., Any]
    account_id: str
    fields: dict[str, Any]
    report: str

    @property
    def source(self) -> str:
        return self.module.SOURCE

    def account(self, **changed: Any) -> Any:
        fields = {"platform": self.source, "account_id": self.account_id, "endpoint": "demo"}
        return self.account_type(**{**fields, "start_date": FIRST_DAY, **self.fields, **changed})

    def pull(
        self, tmp_path: Path, *faults: Fault, accounts: Any = None, as_of: datetime = AS_OF, **more: Any
    ) -> PullResults:
        if not (tmp_path / "company").exists():
            write_company(tmp_path, ads_state())
        with serve(tmp_path / "company", as_of, faults, page_size=PAGE_SIZE) as url:
            return self.module.pull(
                settings(tmp_path, as_of), accounts or [self.account()], demo_base_url=url, **more
            )

    def refusal(self, tmp_path: Path, *faults: Fault, **more: Any) -> str:
        """Why the account could not be pulled whole."""
        try:
            results = self.pull(tmp_path, *faults, **more)
        except NoAccountPulled as error:
            results = error.results
        (failure,) = results.failures
        return failure.message

    def fault(self, kind: Any, nth: int | None) -> Fault:
        """At a request for the performance of ads."""
        if self.source == "baidu_ads":
            return Fault(nth=nth, kind=kind, body_contains=self.report)
        return Fault(self.report, nth=nth, kind=kind)

    def landed(self, tmp_path: Path, entity: str = "ad_performance") -> list[dict[str, Any]]:
        return landed(tmp_path, self.source, entity)


BAIDU = Platform(baidu_ads, BaiduAdsAccount, "8800002", {"user_name": "百度账户"}, '"reportType": 2665235')
XIAOHONGSHU = Platform(
    xiaohongshu_ads, XiaohongshuAdsAccount, "5500001", {"account_name": "小红书"}, "offline/creativity"
)  # fmt: skip
KUAISHOU = Platform(kuaishou_ads, KuaishouAdsAccount, "6600001", {"account_name": "快手"}, "creative_report")
PLATFORMS = (BAIDU, XIAOHONGSHU, KUAISHOU)


def ads_state() -> dict[str, Any]:
    return {
        "baidu_ads": {
            "8800002": _account("百度账户", _rows("search", 0) + _rows("feed", 50), keywords=_keywords())
        },
        "xiaohongshu_ads": {"5500001": _account("小红书", _rows("", 0))},
        "kuaishou_ads": {
            "6600001": _account("快手", _rows("", 0), daily_budgets=[str(100 + n) for n in range(7)])
        },
    }


def _account(name: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    unallocated = {"report_date": FIRST_DAY.isoformat(), "impressions": 9, "clicks": 1, "video_views": 0}
    unallocated |= {"cost": "0.07", "conversions": "0", "conversion_value": "0"}
    return {
        "account_name": name,
        "currency_code": "CNY",
        "time_zone": "Asia/Shanghai",
        "balance": "12345.67",
        "daily_budget": "2000.5",
        "rows": rows,
        "unallocated": [unallocated],
        **more,
    }


def _rows(product: str, base: int) -> list[dict[str, Any]]:
    """ADS a day up to and into the running day; amounts from a thousand up, where commas may come."""
    return [
        {
            "product": product,
            "campaign_id": str(11 + base), "campaign_name": "春季, spring",
            "ad_group_id": str(21 + base), "ad_group_name": "单元",
            "ad_id": str(300 + base + ad), "ad_name": f"创意 {ad}",
            "report_date": (FIRST_DAY + timedelta(number)).isoformat(),
            "cost": f"1234.5{ad}", "impressions": 10_000 + ad, "clicks": 5,
            "conversions": str(number), "conversion_value": "1234567.89", "video_views": 1_002,
            "landing_url": f"https://shop.example/?utm_source=x&utm_content=c{ad}",
        }
        for number in range(DAYS + 1)
        for ad in range(ADS)
    ]  # fmt: skip


def _keywords() -> list[dict[str, Any]]:
    return [
        {
            "campaign_id": "11", "campaign_name": "春季, spring", "ad_group_id": "21", "ad_group_name": "单元",
            "keyword_id": str(900 + number), "keyword_text": f"关键词 {number}", "match_type": "短语匹配",
            "report_date": (FIRST_DAY + timedelta(day)).isoformat(),
            "cost": "0.3", "impressions": 40, "clicks": 2, "conversions": "0.5", "conversion_value": "0",
        }
        for day in range(DAYS)
        for number in range(2)
    ]  # fmt: skip
