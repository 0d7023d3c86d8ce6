"""What the outside world knows of a company: posts on other platforms as staff download them, and an ad account."""

import random
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.oracle.company import Company, Row

#: The first platform states the day of its figures, the other one does not.
DATED, UNDATED = "weibo", "xiaohongshu"
COUNTERS = {
    DATED: ("impressions", "views", "completed_views", "likes", "comments", "shares"),
    UNDATED: ("views", "completed_views", "likes", "favorites", "follows"),
}
AD_PLATFORM, AD_ACCOUNT, AD_CURRENCY, AD_ZONE = "google_ads", "5550001111", "USD", "America/Los_Angeles"
#: (app, campaign, its name, channel, activity): two campaigns of beta go by one name, touches of sms name none.
CAMPAIGNS = [
    ("alpha", "101", "spring", "wechat", None),
    ("alpha", "102", "brand", "wechat", "carried alpha"),
    ("beta", "201", "spring", "wechat", "join beta"),
    ("beta", "202", "SPRING", "wechat", None),
    ("gamma", "301", "phones", "sms", "join gamma"),
]


def add_outside(dice: random.Random, company: Company) -> None:
    for app_id in ("alpha", "gamma"):
        _download_posts(dice, company, app_id)
    _advertise(dice, company)
    first = company.as_of.date() - timedelta(days=30)
    company.channel_costs = [
        {"app_id": app_id, "channel": "offline", "cost_date": (first + timedelta(days=days)).isoformat(),
         "amount": f"{dice.randrange(1, 90)}.25", "currency": currency, "note": f"{days}",
         "activity_id": f"join {app_id}" if days else None}
        for app_id in ("alpha", "beta")
        for days, currency in ((0, None), (3, "USD"), (4, "INR"), (60, None))
    ]  # fmt: skip


def _download_posts(dice: random.Random, company: Company, app_id: str) -> None:
    """Four downloads a platform, the last one today. A post is first seen in time, late, or nobody knows how late."""
    zone = ZoneInfo(next(row["timezone"] for row in company.apps if row["app_id"] == app_id))
    today = company.as_of.astimezone(zone).date()
    for platform, counters in COUNTERS.items():
        posts = [
            {"external_content_id": f"{platform[0]}{number}", "account_id": dice.choice(["", "main"]),
             "title": f"post {number}",
             "published_date": dice.choice([None, *[(today - timedelta(days=days)).isoformat()
                                                    for days in (0, 2, 6, 12, 29, 30, 31, 50)]])}
            for number in range(7)
        ]  # fmt: skip
        sums = {row["external_content_id"]: dict.fromkeys(counters, 0) for row in posts}
        known: dict[tuple[str, int], Row] = {}
        for back in (31, 12, 11, 0):
            saved_at = min(
                datetime.combine(today - timedelta(days=back), time(dice.randrange(24)), zone), company.as_of
            )
            rows = []
            for post in posts:
                born = post["published_date"]
                if born and born > (today - timedelta(days=back)).isoformat():
                    continue
                for day in sorted(dice.sample(range(back, back + 9), 3), reverse=True):
                    if born and (today - timedelta(days=day)).isoformat() < born:
                        continue
                    key = (post["external_content_id"], day)
                    if key not in known or dice.random() < 0.3:
                        known[key] = _reading(dice, sums[post["external_content_id"]])
                    stated = (today - timedelta(days=day)).isoformat() if platform == DATED else None
                    rows.append({**post, "stat_date": stated, **known[key]})
            newest = {(row["external_content_id"], row["account_id"], row["stat_date"]): row for row in rows}
            company.downloads.append({
                "app_id": app_id, "platform": platform, "saved_at": saved_at, "rows": list(newest.values()),
            })  # fmt: skip


def _reading(dice: random.Random, so_far: dict[str, int]) -> Row:
    """Counters grow, sometimes fall, are not always told; completed views never without views."""
    for name in so_far:
        so_far[name] = max(0, so_far[name] + dice.choice([0, 1, 5, 40, -3]))
    told: Row = {name: value if dice.random() < 0.9 else None for name, value in so_far.items()}
    if told["completed_views"] is not None and told["views"] is not None:
        told["completed_views"] = min(told["completed_views"], told["views"])
    return told


def _advertise(dice: random.Random, company: Company) -> None:
    """An ad a campaign on most days, and what the account spends beside its ads."""
    company.ad_accounts = [
        {"platform": AD_PLATFORM, "account_id": AD_ACCOUNT, "app_id": "alpha", "channel": "wechat"},
        *(
            {"platform": AD_PLATFORM, "account_id": AD_ACCOUNT, "campaign_id": campaign, "app_id": app_id,
             "channel": channel, "activity_id": activity}
            for app_id, campaign, _, channel, activity in CAMPAIGNS
        ),
    ]  # fmt: skip
    today = company.as_of.astimezone(ZoneInfo(AD_ZONE)).date()
    for days in range(59, 0, -1):
        day = (today - timedelta(days=days)).isoformat()
        for _, campaign, name, _, _ in CAMPAIGNS:
            if dice.random() < 0.8:
                ids = {"campaign_id": campaign, "ad_group_id": f"{campaign}1", "ad_id": f"{campaign}11"}
                names = {"campaign_name": name, "ad_group_name": "group", "ad_name": "ad"}
                company.ads.append({**ids, **names, "report_date": day, **_figures(dice)})
        if dice.random() < 0.1:
            company.ads.append({"campaign_id": "(unallocated)", "report_date": day, **_figures(dice)})


def _figures(dice: random.Random) -> Row:
    clicks = dice.randrange(1, 50)
    return {
        "cost": f"{dice.randrange(1, 9000) / 100:.2f}",
        "impressions": clicks * 40,
        "clicks": clicks,
        "conversions": str(dice.choice([0, 1, 2.5])),
        "conversion_value": f"{dice.randrange(0, 500)}.50",
        "video_views": 0,
    }
