"""The ad platforms: the one list from which contracts, assets, suites and partitions follow.

dbt's macro and seed `ad_platforms` name the same ones: a test says so.
"""

from dataclasses import dataclass
from typing import Literal

#: How a platform writes money: whole currency units (元, $), hundredths (分) or millionths.
MoneyUnit = Literal["units", "fen", "micros"]


@dataclass(frozen=True)
class AdPlatform:
    """`source` is its key in sources.yaml and the name of its module and of its emulator.

    `cost` is the unit of spend, balance and budget, `value` that of conversion values. `clicks_are_shown`:
    there is no click without an impression of the same day. `has_hours`: its reports can be asked by the hour.
    """

    source: str
    title: str
    cost: MoneyUnit = "units"
    value: MoneyUnit = "units"
    has_keywords: bool = False
    has_hours: bool = True
    clicks_are_shown: bool = True


PLATFORMS = (
    AdPlatform("google_ads", "Google Ads", cost="micros", has_keywords=True),
    AdPlatform("meta_ads", "Meta Ads"),
    AdPlatform("tiktok_ads", "TikTok Ads"),
    AdPlatform("ocean_engine", "Ocean Engine (巨量引擎)"),
    AdPlatform("tencent_ads", "Tencent Ads (腾讯广告)", cost="fen", value="fen"),
    AdPlatform("baidu_ads", "Baidu marketing (百度营销)", has_keywords=True),
    AdPlatform("xiaohongshu_ads", "Xiaohongshu 聚光 (小红书)", has_hours=False),
    AdPlatform("kuaishou_ads", "Kuaishou 磁力 (快手)", clicks_are_shown=False),
)
#: By the name that sources.yaml gives.
BY_SOURCE = {platform.source: platform for platform in PLATFORMS}
