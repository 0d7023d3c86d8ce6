"""A small company with one account on every ad platform, and what its marts must hold, in plain Python.

`State` is what a platform shows: ads over a week, two of which are restated and one of which vanishes between
the first look at the accounts and the second one, a rest that belongs to no ad, keywords, money. Accounts abroad tell
their hours but for a few cents; the oracle puts them on the dates of the app.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from ingestion.demo.apis import serve
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.platforms import PLATFORMS, AdPlatform
from ingestion.sources_config import load_sources
from orchestration.pulling import API_SOURCES

#: 09:00 in Shanghai, 18:00 of the day before in Los Angeles.
FIRST_LOOK = datetime(2026, 3, 31, 1, tzinfo=UTC)
AS_OF = datetime(2026, 4, 1, 1, tzinfo=UTC)
FIRST_DAY = date(2026, 3, 25)
DAYS = [FIRST_DAY + timedelta(number) for number in range(7)]
#: Accounts abroad; all others are Chinese.
ABROAD = {
    "google_ads": ("USD", "America/Los_Angeles"),
    "meta_ads": ("EUR", "Europe/Berlin"),
    "tiktok_ads": ("USD", "Asia/Singapore"),
}
RATES = {"USD": Decimal("7.1234567"), "EUR": Decimal("7.7654321"), "CNY": Decimal(1)}
#: The day after the last one, on which hours of accounts in the west fall, has a rate of its own.
APRIL = date(2026, 4, 1)
RATES_IN_APRIL = {"USD": Decimal("7.2"), "EUR": Decimal("7.8"), "CNY": Decimal(1)}
SHANGHAI = "Asia/Shanghai"
#: Hours that an ad ran in; midnight in Shanghai is 9:00 in Los Angeles, and in Berlin 17:00, from 29 March on 18:00.
HOURS = (3, 8, 9, 16, 17, 23)
NOON = 12
FIGURES = ("cost", "impressions", "clicks", "conversions", "conversion_value", "video_views")
#: What Meta does not tell by the hour.
NOT_BY_HOUR = {"meta_ads": ("conversions", "conversion_value", "video_views")}
#: What an account's name is called in sources.yaml where the reports do not tell it.
NAME_SETTINGS = {
    "ocean_engine": "account_name",
    "tencent_ads": "account_name",
    "baidu_ads": "user_name",
    "xiaohongshu_ads": "account_name",
    "kuaishou_ads": "account_name",
}
#: Platforms that do not offer the daily budget of an account, or its balance.
WITHOUT_BUDGET = {"meta_ads", "tiktok_ads", "xiaohongshu_ads"}
WITHOUT_BALANCE = {"meta_ads"}
#: An account of Google Ads that the platform refuses: it stops no other.
REFUSED = "4040404040"
SIX = Decimal("0.000001")
Row = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """The account of one platform; ids tell the platforms apart."""

    platform: AdPlatform
    number: int

    @property
    def account_id(self) -> str:
        return str(7_000_000_000 + self.number)

    @property
    def currency(self) -> str:
        return ABROAD.get(self.platform.source, ("CNY", ""))[0]

    @property
    def time_zone(self) -> str:
        return ABROAD.get(self.platform.source, ("", "Asia/Shanghai"))[1]

    def is_split(self, app_zone: str) -> bool:
        return self.time_zone not in (app_zone, "Asia/Singapore") and app_zone == SHANGHAI

    def last_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.time_zone)).date() - timedelta(days=1)

    def money(self, moment: datetime) -> tuple[Decimal, Decimal]:
        """Balance and daily budget; both are another one at the second look."""
        step = 1 if moment == FIRST_LOOK else 2
        return Decimal(f"{900 - self.number}.{step}5"), Decimal(100 * step + self.number)

    def ads(self, moment: datetime) -> Iterator[Row]:
        """As shown at a moment: the figures of day 2 are restated later, ad 4 of day 3 vanishes."""
        for index, day in enumerate(DAYS):
            for ad in range(1, 5):
                if (index, ad) == (3, 4) and moment == AS_OF:
                    continue
                correction = Decimal("0.37") if index == 2 and moment == AS_OF else Decimal(0)
                group = (ad + 1) // 2
                yield {
                    "report_date": day,
                    "campaign_id": f"{self.number}{group}1", "campaign_name": f"计划, {group}",
                    "ad_group_id": f"{self.number}{group}2", "ad_group_name": f"单元 {group}",
                    "ad_id": f"{self.number}{group}3{ad}", "ad_name": f"创意 {ad}",
                    "cost": Decimal(f"{1000 + 50 * index + 10 * ad + self.number}.{ad}1") - correction,
                    "impressions": 5000 + 100 * index + ad, "clicks": 40 + ad, "conversions": Decimal(index + 1),
                    "conversion_value": Decimal(f"{1234 + index}.50"), "video_views": 7,
                    "landing_url": self.page(group, moment),
                }  # fmt: skip

    def page(self, group: int, moment: datetime) -> str:
        """Where the ads of a group lead to; another campaign at the second look."""
        campaign = "spring" if moment == FIRST_LOOK else "summer%20sale"
        return f"https://shop.example/?utm_source={self.platform.source}&utm_campaign={campaign}&utm_content=g{group}"

    def reported(self, row: Row) -> Row:
        """As the platform's report can tell it: Tencent v3 has no campaigns and reports ids without names."""
        if self.platform.source != "tencent_ads":
            return row
        names = dict.fromkeys(("campaign_name", "ad_group_name", "ad_name"))
        return {**row, **names, "campaign_id": row["ad_group_id"]}

    def unallocated(self) -> Row:
        return {"report_date": DAYS[4], "cost": Decimal("3.03"), "impressions": 50, "clicks": 1, "video_views": 0,
                "conversions": Decimal(2), "conversion_value": Decimal("5.5")}  # fmt: skip

    def parts(self, row: Row, app_zone: str) -> dict[date, Row]:
        """A row's figures by date of the app, in plain Python: its hours, and at noon what they do not tell."""
        if not self.is_split(app_zone):
            return {row["report_date"]: {name: row[name] for name in FIGURES}}
        untold, found = NOT_BY_HOUR.get(self.platform.source, ()), dict[date, Row]()
        rest = {name: row[name] for name in FIGURES}
        told = [{name: 0 if name in untold else value for name, value in part.items()} for part in hours(row)]
        for part in told:
            rest = {name: rest[name] - part[name] for name in FIGURES}
        for part in (*told, {"hour": NOON, **rest}):
            moment = datetime.combine(row["report_date"], time(part["hour"]), ZoneInfo(self.time_zone))
            of_day = found.setdefault(moment.astimezone(ZoneInfo(app_zone)).date(), dict.fromkeys(FIGURES, 0))
            of_day.update({name: of_day[name] + part[name] for name in FIGURES})
        return {day: figures for day, figures in found.items() if any(figures.values())}

    def keywords(self) -> Iterator[Row]:
        for index, day in enumerate(DAYS):
            for word in (1, 2):
                yield {
                    "report_date": day,
                    "campaign_id": f"{self.number}11", "campaign_name": "计划, 1",
                    "ad_group_id": f"{self.number}12", "ad_group_name": "单元 1",
                    "keyword_id": f"{self.number}9{word}", "keyword_text": f"关键词 {word}", "match_type": "PHRASE",
                    "cost": Decimal(f"{index}.{word}7"), "impressions": 30 + word, "clicks": 3,
                    "conversions": Decimal(word),
                }  # fmt: skip

    def state(self, moment: datetime) -> dict[str, Any]:
        """The account's part of company/ads.json."""
        balance, budget = self.money(moment)
        return {
            "account_name": f"account {self.platform.source}",
            "currency_code": self.currency,
            "time_zone": self.time_zone,
            "balance": str(balance),
            "daily_budget": str(budget),
            "rows": [_written(row) for row in self.ads(moment)],
            "unallocated": [_written(self.unallocated())],
            "keywords": [_written(row) for row in self.keywords()],
        }


ACCOUNTS = [Account(platform, number) for number, platform in enumerate(PLATFORMS, start=21)]


def hours(row: Row) -> list[Row]:
    """What a platform tells of an ad's day by the hour: all but three cents; conversions at 8, videos at 23."""
    if "ad_id" not in row:
        return [{"hour": 8, **{name: row[name] for name in FIGURES}}]
    parts = [
        {"hour": hour, "cost": Decimal(f"{100 + hour}.0{number}"), "impressions": 500 + hour, "clicks": number,
         "conversions": row["conversions"] if hour == 8 else Decimal(0),
         "conversion_value": row["conversion_value"] if hour == 8 else Decimal(0),
         "video_views": row["video_views"] if hour == 23 else 0}
        for number, hour in enumerate(HOURS)
    ]  # fmt: skip
    last = parts[-1]
    for name, untold in (("cost", Decimal("0.03")), ("impressions", 0), ("clicks", 0)):
        last[name] = row[name] - untold - sum(part[name] for part in parts[:-1])
    return parts


def _written(row: Row) -> Row:
    """Decimals and dates as text; Google's emulator reads micros, the others units of the currency."""
    written = {name: value if isinstance(value, int) else str(value) for name, value in row.items()}
    if "hour" not in row and "keyword_id" not in row:
        written["hours"] = [_written(part) for part in hours(row)]
    return written | {"cost_micros": int(row["cost"] * 1_000_000)}


def converted(amount: Decimal, currency: str, day: date = FIRST_DAY) -> Decimal:
    rates = RATES_IN_APRIL if day >= APRIL else RATES
    return (amount * rates[currency]).quantize(SIX, ROUND_HALF_UP)


def write_company(data_dir: Path) -> None:
    """The inbox, sources.yaml, and what the platforms show at the second look."""
    workbook = {
        "apps.csv": "app_id,app_name,timezone,week_start,currency\n"
        "aurora,Aurora,Asia/Shanghai,monday,CNY\nharbor,Harbor,America/Los_Angeles,sunday,USD\n",
        "fx_rates.csv": "rate_date,currency,rate_to_reporting\n"
        + "".join(f"{FIRST_DAY - timedelta(1)},{currency},{rate}\n" for currency, rate in RATES.items())
        + "".join(f"{APRIL},{currency},{rate}\n" for currency, rate in RATES_IN_APRIL.items()),
        "ad_accounts.csv": "platform,account_id,campaign_id,app_id,channel,activity_id\n"
        + "".join(_mappings(account) for account in ACCOUNTS),
    }
    events = [
        {"event_id": f"{app}{day}", "app_id": app, "event_name": "page_view", "user_id": "u1",
         "occurred_at": f"{day}T04:00:00Z"}
        for app in ("aurora", "harbor")
        for day in DAYS
    ]  # fmt: skip
    files = {f"inbox/ops_workbook/{name}": text for name, text in workbook.items()}
    files["inbox/app_events/days.ndjson"] = "".join(json.dumps(event) + "\n" for event in events)
    listed = [_settings(account) for account in ACCOUNTS]
    listed.append(_settings(ACCOUNTS[0]) | {"account_id": REFUSED})
    files["sources.yaml"] = yaml.safe_dump({"ad_accounts": listed})
    for name, text in files.items():
        path = data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
    show(data_dir, AS_OF)


def show(data_dir: Path, moment: datetime) -> None:
    """What the platforms show at a moment."""
    ads: dict[str, Any] = {
        account.platform.source: {account.account_id: account.state(moment)} for account in ACCOUNTS
    }
    (data_dir / "company").mkdir(parents=True, exist_ok=True)
    (data_dir / "company" / "ads.json").write_text(json.dumps(ads, ensure_ascii=False), "utf-8")


def look_for_the_first_time(data_dir: Path) -> None:
    """Pull every account the day before, over HTTP, as the pipeline would have done; its batches wait for the run."""
    show(data_dir, FIRST_LOOK)
    config = load_sources(data_dir)
    settings = Settings(data_dir, FIRST_LOOK, as_of_is_fixed=True)
    with serve(data_dir / "company", FIRST_LOOK) as url:
        for platform in PLATFORMS:
            pull = import_module(API_SOURCES[platform.source]).pull
            results = pull(settings, config.of_platform(platform.source), demo_base_url=url)
            assert [one.account_id for one in results.failures if one.account_id != REFUSED] == []
    show(data_dir, AS_OF)


def _mappings(account: Account) -> str:
    """Google Ads serves two apps: its second campaign has a row of its own. The last platform is not mapped."""
    name, account_id = account.platform.source, account.account_id
    if account is ACCOUNTS[-1]:
        return ""
    lines = f"{name},{account_id},,aurora,{name}_channel,\n"
    if name == "google_ads":
        lines += f"{name},{account_id},{account.number}21,harbor,,act1\n"
    return lines


def _settings(account: Account) -> dict[str, Any]:
    name = account.platform.source
    settings = {"platform": name, "account_id": account.account_id, "endpoint": "demo"}
    settings |= {"start_date": FIRST_DAY, "restatement_days": 7}
    if name in NAME_SETTINGS:
        settings[NAME_SETTINGS[name]] = f"account {name}"
    return settings
