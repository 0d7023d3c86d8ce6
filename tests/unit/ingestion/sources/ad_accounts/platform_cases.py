"""One small company with two accounts on every ad platform, so that each behaviour is tested on all of them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ingestion.demo.apis import Fault, serve
from ingestion.demo.apis.faults import Kind
from ingestion.sources.account_pulls import NoAccountPulled, PullResults
from ingestion.sources.ad_accounts.account_settings import AdAccount
from ingestion.sources.ad_accounts.contracts import money_column
from ingestion.sources.ad_accounts.platforms import BY_SOURCE
from tests.unit.ingestion.company_state import AS_OF, landed, settings, write_company

FIRST_DAY, DAYS, ADS = date(2026, 3, 24), 7, 3  # to 30 March, which is over in every zone
LAST_DAY = FIRST_DAY + timedelta(DAYS - 1)
PAGE_SIZE = 3
FIRST, SECOND = "7700001", "7700002"
FEN = Decimal("0.01")
DIVISORS = {"units": 1, "fen": 100, "micros": 1_000_000}


@dataclass(frozen=True)
class Case:
    """`path` and `body`: texts of every request for pages of ad performance. `renews`: it can fetch a token.

    Its accounts serve an app of their own zone: nothing is asked by the hour.
    """

    source: str
    path: str = ""
    body: str = ""
    time_zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    renews: bool = True
    has_cursor: bool = False
    fields: dict[str, str] = field(default_factory=dict)

    def account(self, account_id: str = FIRST, **changed: Any) -> Any:
        given = {
            "platform": self.source,
            "account_id": account_id,
            "endpoint": "demo",
            "start_date": FIRST_DAY,
            "business_timezone": self.time_zone,
        }
        named = {name: value.format(account_id) for name, value in self.fields.items()}
        return TypeAdapter(AdAccount).validate_python({**given, **named, **changed})

    def fault(self, kind: Kind, nth: int | None = 1, seconds: float = 1.0) -> Fault:
        return Fault(self.path, nth, kind, self.body, seconds)

    def pull(
        self, tmp_path: Path, *faults: Fault, accounts: Any = None, as_of: datetime = AS_OF, **more: Any
    ) -> PullResults:
        """What came of all accounts, also when none could be pulled."""
        if not (tmp_path / "company").exists():
            write_company(tmp_path, {self.source: self.state()})
        pull = import_module(f"ingestion.sources.ad_accounts.{self.source}").pull
        with serve(tmp_path / "company", as_of, faults, page_size=PAGE_SIZE) as url:
            try:
                return pull(
                    settings(tmp_path, as_of), accounts or [self.account()], demo_base_url=url, **more
                )
            except NoAccountPulled as error:
                return error.results

    def landed(self, tmp_path: Path, entity: str = "ad_performance") -> list[dict[str, Any]]:
        return landed(tmp_path, self.source, entity)

    def spend(self, rows: list[dict[str, Any]]) -> Decimal:
        """In units of the account's currency."""
        column, unit = money_column(self.source, "ad_performance", "cost"), BY_SOURCE[self.source].cost
        return sum((Decimal(row[column]) for row in rows), Decimal(0)) / DIVISORS[unit]

    def state(self) -> dict[str, Any]:
        return {account_id: self._account(account_id) for account_id in (FIRST, SECOND)}

    def _account(self, account_id: str) -> dict[str, Any]:
        return {
            "account_name": f"Account {account_id}",
            "currency_code": self.currency,
            "time_zone": self.time_zone,
            "balance": "12345.67",
            "daily_budget": "2000.5",
            "rows": [self._row(day, ad) for day in range(DAYS + 3) for ad in range(ADS)],
            "unallocated": [],
        }  # fmt: skip

    def _row(self, day: int, ad: int) -> dict[str, Any]:
        cost = Decimal(1000 + 100 * day + ad) * FEN
        return {
            "product": "search",
            "campaign_id": "11", "campaign_name": "spring", "ad_group_id": str(21 + ad), "ad_group_name": f"group {ad}",
            "ad_id": str(300 + ad), "ad_name": f"ad {ad}",
            "report_date": (FIRST_DAY + timedelta(day)).isoformat(),
            "cost": str(cost), "cost_micros": int(cost * 1_000_000),
            "impressions": 1000 + ad, "clicks": 7, "conversions": str(1 + day), "conversion_value": "19.90",
            "video_views": 5, "deep_conversions": "1", "likes": 2, "payments": 1,
            "landing_url": f"https://shop.example/?utm_campaign=spring&utm_content={ad}",
            "restated": None,
        }  # fmt: skip


#: What the first account spent from FIRST_DAY to LAST_DAY.
SPENT = sum((Decimal(1000 + 100 * day + ad) * FEN for day in range(DAYS) for ad in range(ADS)), Decimal(0))

CASES = (
    Case("google_ads", "search", "metrics.video_trueview_views FROM ad_group_ad", "America/Los_Angeles", "USD",
         has_cursor=True),
    Case("meta_ads", "600000/insights", time_zone="America/New_York", currency="USD", renews=False, has_cursor=True),
    Case("tiktok_ads", "data_level=AUCTION_AD&", time_zone="Asia/Singapore", currency="SGD", renews=False),
    Case("ocean_engine", "MATERIAL_DATA"),
    Case("tencent_ads", "REPORT_LEVEL_DYNAMIC_CREATIVE"),
    Case("baidu_ads", body='"reportType": 2665235', fields={"user_name": "Account {}"}),
    Case("xiaohongshu_ads", "offline/creativity", fields={"account_name": "小红书"}),
    Case("kuaishou_ads", "creative_report", fields={"account_name": "快手"}),
)  # fmt: skip
