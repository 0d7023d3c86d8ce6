"""A company with every channel source, pulled from the emulators over HTTP on three days and run by `make refresh`.

What is published is compared with the state of the emulators and the files, counted in plain Python.
"""

import os
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.demo.apis import serve
from ingestion.sources_config import load_sources
from orchestration.pulling import PullContext, pull_source
from tests.integration.pipeline import Run, make
from tests.unit.ingestion import channel_state as state
from tests.unit.ingestion.company_state import WECHAT_ID, settings, wechat_state, write_company

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("channels")]

AS_OF = state.AS_OF + timedelta(days=1)
SOURCES = ("wechat_official_account", "douyin", "ga4", "app_store", "google_play")
SOURCES_YAML = f"""\
channels:
  - platform: wechat_official_account
    account_id: {WECHAT_ID}
    app_id: aurora
    endpoint: demo
    start_date: 2026-03-01
  # Called as the account of WeChat is.
  - {{platform: douyin, account_id: {WECHAT_ID}, open_id: {state.OPEN_ID}, app_id: aurora, endpoint: demo}}
  - {{platform: douyin, account_id: stranger, app_id: aurora, endpoint: demo}}
  - {{platform: ga4, account_id: "{state.PROPERTY}", app_id: aurora, endpoint: demo, start_date: 2026-03-22}}
  - {{platform: app_store, account_id: "{state.APPLE_ID}", app_id: aurora, endpoint: demo}}
  - platform: google_play
    account_id: {state.PACKAGE}
    bucket: {state.BUCKET}
    app_id: aurora
    endpoint: demo
    start_date: 2026-02-01
"""
EVENTS = """\
{"event_id": "1", "app_id": "aurora", "event_name": "open", "user_id": "u", "occurred_at": "2026-03-01T00:00:00Z"}
{"event_id": "2", "app_id": "aurora", "event_name": "open", "user_id": "u", "occurred_at": "2026-04-01T00:00:00Z"}
"""
FILES = {
    "app_events/events.ndjson": EVENTS,
    "ops_workbook/apps.csv": """\
app_id,app_name,timezone,currency,launch_date
aurora,Aurora,Asia/Shanghai,CNY,2026-03-01
""",
    "platform_exports/xiaohongshu/aurora/1.csv": """\
笔记ID,标题,首次发布时间,统计日期,观看量,点赞
n1,一,2026-03-28,2026-03-28,100,1
n1,一,2026-03-28,2026-03-29,150,2
""",
    "platform_exports/xiaohongshu/aurora/2.csv": """\
笔记ID,标题,首次发布时间,统计日期,观看量,点赞
n1,一,2026-03-28,2026-03-29,160,2
n1,一,2026-03-28,2026-03-30,1.2万,3
合计,,,,12000,3
""",
    "platform_exports/weibo/aurora/1.csv": """\
微博MID,微博内容,发布时间,统计日期,阅读数,转发数
w1,早安,2026-03-01,2026-03-29,5000,7
""",
    "platform_exports/wechat_channels/aurora/1.csv": "视频ID,发布时间,播放量\nv1,2026-03-29,300\n",
    "platform_exports/douyin_business/aurora/1.csv": "作品ID,播放量\nd1,40\n",
    "platform_exports/offline_promotion/aurora/1.csv": """\
日期,站点,推广员,拉新数,费用
2026-03-28,广场,小王,12,"¥1,200.50"
2026-03-28,广场,小李,8,800
2026-03-29,车站,小王,0,100
合计,,,20,2100.5
""",
}


def people_only() -> dict[str, Any]:
    """As a real account answers: people, no counts of reads and shares; a new article grows day by day; no total of the
    last day yet."""
    told = wechat_state()
    article = told[WECHAT_ID]["articles"][0]
    for number, detail in enumerate(article["details"], 1):
        del detail["read_count"], detail["share_count"]
        detail["read_user"] = 10 * number
    told[WECHAT_ID]["user_cumulate"].pop()
    return told


@pytest.fixture(scope="session")
def channels_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    data_dir: Path = tmp_path_factory.mktemp("channels_company")
    write_company(data_dir, ads={}, wechat=people_only())
    state.write_channels(data_dir)
    (data_dir / "sources.yaml").write_text(SOURCES_YAML, "utf-8")
    for number, (name, content) in enumerate(FILES.items()):
        path = data_dir / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        at = datetime(2026, 3, 31, number, tzinfo=UTC).timestamp()
        os.utime(path, (at, at))
    for days_before in (2, 1):
        moment = AS_OF - timedelta(days=days_before)
        with serve(data_dir / "company", moment, page_size=7) as url:
            for source in SOURCES:
                pull_source(source, PullContext(settings(data_dir, moment), lambda url=url: url))
    assert len(load_sources(data_dir).channels) == 6
    run = make("refresh", data_dir, OPS_AS_OF=AS_OF.isoformat())
    assert run.returncode == 0, run.output[-6000:]
    return run


def table(run: Run, query: str) -> list[tuple[Any, ...]]:
    with run.published() as published:
        return published.sql(query).fetchall()


def days_between(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(start + timedelta(n)).isoformat() for n in range((end - start).days + 1)]


def test_douyin_counters_become_days_that_add_up(channels_run: Run) -> None:
    expected: dict[tuple[str, str], tuple[int, bool]] = {}
    for video in state.douyin_state()[state.OPEN_ID]["videos"]:
        published = datetime.fromtimestamp(video["create_time"], UTC).date()
        before, is_first = 0, True
        for asked in days_between(
            "2026-03-30", "2026-04-01"
        ):  # the last whole day at each of the three pulls
            told = [day for day in video["counters"] if day <= asked]
            if (date.fromisoformat(asked) - published).days >= 30 or not told:
                continue
            plays = video["counters"][max(told)]["total_play"]
            is_late = date.fromisoformat(asked) > published + timedelta(days=1)
            expected[f"douyin:{video['item_id']}", asked] = (plays - before, is_first and is_late)
            before, is_first = plays, False
    found = table(
        channels_run,
        "select content_id, cast(activity_date as text), views, is_opening_balance from marts.fct_content_daily "
        "where distribution_channel = 'douyin'",
    )
    assert {(content, day): (views, is_opening) for content, day, views, is_opening in found} == expected
    assert len(expected) == 6


def test_followers_of_douyin_follow_from_its_totals(channels_run: Run) -> None:
    told = [row for row in state.douyin_state()[state.OPEN_ID]["fans"] if row["date"] >= "2026-03-01"]
    expected = []
    for before, row in zip([None, *told], told, strict=False):
        net = row["total_fans"] - before["total_fans"] if before else None
        lost = row["new_fans"] - net if net is not None and net <= row["new_fans"] else None
        expected.append((row["date"], row["new_fans"], lost, net, row["total_fans"]))
    found = table(
        channels_run,
        "select cast(activity_date as text), new_followers, lost_followers, net_followers, total_followers "
        "from marts.fct_follower_daily where distribution_channel = 'douyin' order by 1",
    )
    assert found == expected
    assert len(expected) == 31


def test_total_followers_are_the_last_of_each_account_of_each_platform(channels_run: Run) -> None:
    """Both accounts have one name, and one of them told a day less."""
    told = table(
        channels_run,
        """select cast(date_trunc('week', activity_date) as date), max(activity_date),
            max_by(total_followers, activity_date)
        from marts.fct_follower_daily where total_followers is not null
        group by date_trunc('week', activity_date), distribution_channel, account_id""",
    )
    expected: dict[date, int] = {}
    for week, _, total in told:
        expected[week] = expected.get(week, 0) + total
    last = max(week for week, _, _ in told)
    assert len({day for week, day, _ in told if week == last}) == 2
    found = table(
        channels_run,
        """select period_start, cast(value as bigint) from kpi.fct_kpi_current
        where app_id = 'aurora' and kpi_code = 'total_followers' and grain = 'week' and dimension = 'all'
            and value is not null""",
    )
    assert dict(found) == expected


def test_store_days_are_those_of_the_newest_report(channels_run: Run) -> None:
    names = (
        "Impression", "Page view", "First-time download", "Redownload", "Auto-update", "Install", "Delete",
    )  # fmt: skip
    apple = {
        ("app_store", country, day): (*(counts[name] for name in names), day <= "2026-03-30")
        for (day, country), counts in state.newest_store_counts().items()
    }
    play: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    told = state.google_play_state()[state.PACKAGE]
    installs = {(row["country"], row["date"]): row for row in told["installs"]}
    for row in told["store_performance"]:
        of = Counter(installs.get((row["country"], row["date"]), {}))
        play["google_play", row["country"], row["date"]] = (
            None, row["store_listing_visitors"], of["daily_user_installs"], None, of["daily_device_upgrades"],
            of["daily_device_installs"], of["daily_device_uninstalls"], True,
        )  # fmt: skip
    found = table(
        channels_run,
        "select store, country, cast(activity_date as text), impressions, page_views, downloads, redownloads, "
        "updates, installs, deletions, is_complete from marts.fct_store_daily",
    )
    assert {row[:3]: row[3:] for row in found} == apple | play


def test_web_sessions_are_the_restated_ones(channels_run: Run) -> None:
    expected = {
        (row["date"], row["source"], row["medium"]): row.get("restated", row)["sessions"]
        for row in state.ga4_state()[state.PROPERTY]["rows"]
    }
    found = table(
        channels_run,
        "select cast(activity_date as text), source, medium, sessions, channel from marts.fct_web_traffic_daily",
    )
    assert {row[:3]: row[3] for row in found} == expected
    assert 777 in expected.values()
    assert {row[1]: row[4] for row in found} == {
        "(direct)": "direct",
        "google": "google_ads",
        "weibo.com": "referral",
    }


def test_downloads_and_people_counted_articles_reach_the_content_days(channels_run: Run) -> None:
    found = table(
        channels_run,
        "select content_id, cast(activity_date as text), views, is_opening_balance from marts.fct_content_daily "
        "where distribution_channel not in ('douyin', 'app') order by 1, 2",
    )
    assert found == [
        ("douyin_business:d1", "2026-03-31", 40, True),
        ("wechat_channels:v1", "2026-03-31", 300, True),
        ("wechat_official_account:100_1", "2026-03-29", 10, False),
        ("wechat_official_account:100_1", "2026-03-30", 10, False),
        ("wechat_official_account:100_1", "2026-03-31", 10, False),
        ("weibo:w1", "2026-03-29", 5000, True),
        ("xiaohongshu:n1", "2026-03-28", 100, False),
        ("xiaohongshu:n1", "2026-03-29", 60, False),
        ("xiaohongshu:n1", "2026-03-30", 11840, False),
    ]


def test_offline_promotion_is_cost_of_its_channel(channels_run: Run) -> None:
    sites = table(
        channels_run,
        "select site, cast(promotion_date as text), claimed_sign_ups, cost from marts.fct_promotion_daily order by 2",
    )
    assert sites == [("广场", "2026-03-28", 20, Decimal("2000.5")), ("车站", "2026-03-29", 0, Decimal(100))]
    costs = table(
        channels_run,
        "select cast(acquisition_date as text), other_cost, cost from marts.fct_channel_daily "
        "where channel = 'offline' and other_cost > 0 order by 1",
    )
    assert costs == [
        ("2026-03-28", Decimal("2000.5"), Decimal("2000.5")),
        ("2026-03-29", Decimal(100), Decimal(100)),
    ]


def test_one_account_without_authorisation_stopped_nothing_and_is_named(channels_run: Run) -> None:
    assert "stranger" in channels_run.output
    fresh = dict(table(channels_run, "select source || '.' || entity, is_late from quality.freshness"))
    asked = ("douyin.item_base", "ga4.sessions", "app_store.analytics", "google_play.installs")
    assert {name: fresh[name] for name in asked} == dict.fromkeys(asked, False)
    assert fresh["douyin.user_fans"], "one account has waited for two days"
    assert not [
        column
        for column in table(channels_run, "select column_name from duckdb_columns()")
        if "promoter" in column
    ]
