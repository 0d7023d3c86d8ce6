"""A small company for connectors and emulators: state files, settings, accounts, landed rows."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.manifest import Manifest
from ingestion.settings import Settings

AS_OF = datetime(2026, 4, 1, 1, tzinfo=UTC)  # 09:00 in Shanghai, 18:00 of the day before in Los Angeles
FIRST_DAY = date(2026, 3, 1)
GOOGLE_ID, OCEAN_ID, WECHAT_ID = "1234567890", "7000000000000001", "gh_aurora"
ADS_A_DAY = 3


def ad_rows(days: int, **cost: Any) -> list[dict[str, Any]]:
    """ADS_A_DAY rows a day from FIRST_DAY; conversions differ by day."""
    return [
        {
            "campaign_id": "11",
            "campaign_name": "春季, spring",
            "ad_group_id": "21",
            "ad_group_name": "group",
            "ad_id": str(300 + ad),
            "ad_name": f"ad {ad}",
            "report_date": (FIRST_DAY + timedelta(number)).isoformat(),
            "impressions": 100 + ad,
            "clicks": 5,
            "conversions": f"{number}.25",
            "conversion_value": "12345678901.34",
            "video_views": 2,
            "restated": None,
            **cost,
        }
        for number in range(days)
        for ad in range(ADS_A_DAY)
    ]


def ads_state() -> dict[str, Any]:
    """Both platforms from 1 March up to and into the running day."""
    google, ocean = ad_rows(31, cost_micros=1_230_001), ad_rows(32, cost="1.23")
    unallocated = {name: 0 for name in ("impressions", "clicks", "video_views")} | {"cost": "0.07"}
    unallocated |= {"report_date": "2026-03-01", "conversions": "0", "conversion_value": "0"}
    return {
        "google_ads": {
            GOOGLE_ID: {
                "account_name": "Harbor",
                "currency_code": "USD",
                "time_zone": "America/Los_Angeles",
                "rows": google,
            }
        },
        "ocean_engine": {
            OCEAN_ID: {
                "account_name": "极光",
                "currency_code": "CNY",
                "time_zone": "Asia/Shanghai",
                "rows": ocean,
                "unallocated": [unallocated],
            }
        },
    }


def wechat_state() -> dict[str, Any]:
    days = [(FIRST_DAY + timedelta(number)).isoformat() for number in range(31)]
    article = {"msgid": "100_1", "title": "标题", "publish_date": "2026-03-29"}
    counters = dict.fromkeys(("read_user", "read_count", "share_user", "share_count"), 3)
    counters |= dict.fromkeys(("like_count", "comment_count", "collection_count"), 1)
    article["details"] = [{"stat_date": day, **counters} for day in days[28:]]  # type: ignore[assignment]
    return {
        WECHAT_ID: {
            "app_id": "aurora",
            "user_summary": [
                {"ref_date": day, "user_source": source, "new_user": 2, "cancel_user": 1}
                for day in days
                for source in (0, 99999999)
            ],
            "user_cumulate": [{"ref_date": day, "cumulate_user": 1000 + n} for n, day in enumerate(days)],
            "articles": [article],
        }
    }


def write_company(data_dir: Path, ads: Any = None, wechat: Any = None) -> Path:
    """The folder that `serve` reads."""
    folder = data_dir / "company"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ads.json").write_text(json.dumps(ads if ads is not None else ads_state()), "utf-8")
    (folder / "wechat.json").write_text(json.dumps(wechat if wechat is not None else wechat_state()), "utf-8")
    return folder


def settings(data_dir: Path, as_of: datetime = AS_OF) -> Settings:
    return Settings(data_dir, as_of, as_of_is_fixed=True)


def landed(data_dir: Path, source: str, entity: str) -> list[dict[str, Any]]:
    """All landed rows in the order of landing."""
    paths = Manifest(data_dir).raw_files(source, entity, states=("landed", "accepted"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]
