"""The company's WeChat official account (公众号): followers and articles, day by day."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ingestion.demo.parameters import LAST_DAY, Parameters

ACCOUNT_ID, APP_ID = "gh_aurora", "aurora"
#: 0 other, 1 search, 17 name card, 30 scanned code; 99999999 is their sum.
SOURCES = ((0, 0.2), (1, 0.45), (17, 0.1), (30, 0.25))
ALL_SOURCES = 99999999
#: The platform tells about an article for 30 days.
ARTICLE_DAYS = 30


@dataclass
class WechatState:
    """`document` is company/wechat.json; the counters are what it means per day."""

    document: dict[str, dict[str, Any]]
    new_followers: Counter[date] = field(default_factory=Counter)
    lost_followers: Counter[date] = field(default_factory=Counter)
    reads: Counter[date] = field(default_factory=Counter)
    published: Counter[date] = field(default_factory=Counter)


def follow_and_read(parameters: Parameters) -> WechatState:
    """Days are GMT+8, from the first simulated day to LAST_DAY: the platform tells yesterday at the earliest."""
    dice = parameters.dice("wechat")
    days = [parameters.first_day + timedelta(days=n) for n in range(parameters.days)]
    state = WechatState({})
    summary, cumulate = _followers(days, parameters.users, dice, state)
    account = {
        "app_id": APP_ID,
        "user_summary": summary,
        "user_cumulate": cumulate,
        "articles": _articles(days, parameters.users, dice, state),
    }
    state.document = {ACCOUNT_ID: account}
    return state


def _followers(
    days: list[date], users: int, dice: random.Random, state: WechatState
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    summary, cumulate = [], []
    total = users * 3
    for day in days:
        for source, share in SOURCES:
            new = int(users * share * dice.uniform(0.004, 0.012)) + 1
            lost = int(users * share * dice.uniform(0.001, 0.006))
            state.new_followers[day] += new
            state.lost_followers[day] += lost
            summary.append(_summary_row(day, source, new, lost))
        summary.append(_summary_row(day, ALL_SOURCES, state.new_followers[day], state.lost_followers[day]))
        total += state.new_followers[day] - state.lost_followers[day]
        cumulate.append({"ref_date": day.isoformat(), "cumulate_user": total})
    return summary, cumulate


def _summary_row(day: date, source: int, new: int, lost: int) -> dict[str, Any]:
    return {"ref_date": day.isoformat(), "user_source": source, "new_user": new, "cancel_user": lost}


def _articles(days: list[date], users: int, dice: random.Random, state: WechatState) -> list[dict[str, Any]]:
    """An article every third day; counters are cumulative from the day of publication."""
    articles = []
    for number, day in enumerate(days[::3], start=1):
        details = []
        state.published[day] += 1
        so_far: Counter[str] = Counter()
        strength = users * dice.uniform(0.05, 0.2)
        for age in range(min(ARTICLE_DAYS, (LAST_DAY - day).days + 1)):
            readers = int(strength * (0.6 ** min(age, 12)) * dice.uniform(0.8, 1.2)) + (1 if age < 6 else 0)
            reads = int(readers * dice.uniform(1.1, 1.5))
            so_far["read_user"] += readers
            so_far["read_count"] += reads
            so_far["share_user"] += readers // 30
            so_far["share_count"] += readers // 25
            so_far["like_count"] += readers // 18
            so_far["comment_count"] += readers // 60
            so_far["collection_count"] += readers // 40
            stat_date = day + timedelta(days=age)
            state.reads[stat_date] += reads
            details.append({"stat_date": stat_date.isoformat(), **so_far})
        articles.append(
            {
                "msgid": f"26480{number:05d}_1",
                "title": f"极光周报 第{number}期",
                "publish_date": day.isoformat(),
                "details": details,
            }
        )
    return articles
