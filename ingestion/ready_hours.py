"""From when on a platform has the day before: `ready_hour` of an account in sources.yaml, else what is usual for it.

A Chinese platform's hour is of GMT+8, in which it counts its days; another one's is of the business day that the
account serves (`business_timezone`, else the company's). The daily schedule comes after these hours, and Tencent,
Baidu, Xiaohongshu, Kuaishou, WeChat and Douyin are not asked about a day before.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from ingestion.account_entries import ApiAccountSettings

#: Where nothing is known, and of what is no API: yesterday's files and tables are there by then.
USUAL_HOUR = 8
#: WeChat and Tencent say 8, Douyin about 10, TikTok a delay of about 11 hours.
_HOURS = {"douyin": 10, "tiktok_ads": 11}
_GMT8 = frozenset(
    ("ocean_engine", "tencent_ads", "baidu_ads", "xiaohongshu_ads", "kuaishou_ads", "wechat_official_account", "douyin")
)  # fmt: skip


def ready_hour(account: "ApiAccountSettings", platform: str) -> int:
    """The hour of the next day, 0..23."""
    return _HOURS.get(platform, USUAL_HOUR) if account.ready_hour is None else account.ready_hour


def ready_moment(
    account: "ApiAccountSettings", platform: str, now: datetime, reporting_timezone: str
) -> datetime:
    """The newest moment up to `now` from which the account's last whole day can be asked; with its zone."""
    own = getattr(account, "business_timezone", None) or reporting_timezone
    zone = ZoneInfo("Asia/Shanghai" if platform in _GMT8 else own)
    today = now.astimezone(zone).replace(
        hour=ready_hour(account, platform), minute=0, second=0, microsecond=0
    )
    return today if today <= now else today - timedelta(days=1)
