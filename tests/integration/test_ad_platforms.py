"""One account on every ad platform, from the emulated APIs over HTTP through the real pipeline to the marts."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration import ad_company
from tests.integration.ad_company import ACCOUNTS, AS_OF, DAYS, FIRST_LOOK, Account, converted
from tests.integration.pipeline import Run, make

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("ad_platforms")]

Key = tuple[Any, ...]
Table = dict[Key, dict[str, Any]]
each_account = pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.platform.source)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Every account was looked at the day before; `make refresh` looks again and publishes."""
    data_dir: Path = tmp_path_factory.mktemp("ad_platforms")
    ad_company.write_company(data_dir)
    ad_company.look_for_the_first_time(data_dir)
    finished = make("refresh", data_dir, OPS_AS_OF=AS_OF.isoformat())
    assert finished.returncode == 0, finished.output[-6000:]
    return finished


def rows(run: Run, table: str, account: Account, key: tuple[str, ...]) -> Table:
    with run.published() as connection:
        found = connection.execute(
            f"select * from marts.{table} where platform = ? and account_id = ?",
            [account.platform.source, account.account_id],
        )
        names = [column[0] for column in found.description]
        listed = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    table_rows = {tuple(row[name] for name in key): row for row in listed}
    assert len(table_rows) == len(listed)
    return table_rows


def booked(account: Account, campaign_id: str) -> tuple[str, str]:
    """App and channel."""
    name = account.platform.source
    if account is ACCOUNTS[-1]:
        return "default", "unmapped"
    if name == "google_ads" and campaign_id == f"{account.number}21":
        return "harbor", name
    return "aurora", f"{name}_channel"


def is_shown(account: Account, day: date, moment: datetime = AS_OF) -> bool:
    return day <= account.last_day(moment)


@each_account
def test_every_ad_is_there_to_the_last_decimal(run: Run, account: Account) -> None:
    first = {
        (row["ad_id"], row["report_date"]): row["cost"]
        for row in account.ads(FIRST_LOOK)
        if is_shown(account, row["report_date"], FIRST_LOOK)
    }
    expected = {}
    for row in map(account.reported, account.ads(AS_OF)):
        if not is_shown(account, row["report_date"]):
            continue
        app_id, channel = booked(account, row["campaign_id"])
        names = ("campaign_id", "campaign_name", "ad_group_id", "ad_group_name", "ad_name")
        counts = ("impressions", "clicks", "conversions", "conversion_value")
        expected[row["ad_id"], row["report_date"]] = {
            **{name: row[name] for name in (*names, *counts)},
            "app_id": app_id,
            "channel": channel,
            "account_name": f"account {account.platform.source}",
            "currency_code": account.currency,
            "spend": row["cost"],
            "spend_reporting": converted(row["cost"], account.currency),
            "first_reported_spend": first.get((row["ad_id"], row["report_date"]), row["cost"]),
            "tz_exact": account.time_zone == {"harbor": "America/Los_Angeles"}.get(app_id, "Asia/Shanghai"),
        }
    found = rows(run, "fct_ad_performance", account, ("ad_id", "report_date"))
    rest = found.pop(("(unallocated)", DAYS[4]))
    assert rest["spend"] == account.unallocated()["cost"]
    assert (rest["impressions"], rest["clicks"]) == (50, 1)
    assert {
        key: {name: row[name] for name in next(iter(expected.values()))} for key, row in found.items()
    } == expected


@each_account
def test_what_was_known_at_each_look_can_still_be_asked(run: Run, account: Account) -> None:
    """The restated figures, and the ad that vanished, as they were."""
    for look in (FIRST_LOOK, AS_OF):
        moment = look.replace(tzinfo=None) + timedelta(hours=1)
        with run.published() as connection:
            found = connection.execute(
                """select ad_id, report_date, spend from marts.fct_ad_performance_history
                where platform = ? and account_id = ? and observed_at <= ?
                    and (superseded_at is null or superseded_at > ?)""",
                [account.platform.source, account.account_id, moment, moment],
            ).fetchall()
        known = {(row["ad_id"], row["report_date"]): row["cost"] for row in account.ads(look)}
        known["(unallocated)", DAYS[4]] = account.unallocated()["cost"]
        assert len(found) == len({row[:2] for row in found})
        assert {(ad, day): spend for ad, day, spend in found} == {
            key: cost for key, cost in known.items() if is_shown(account, key[1], look)
        }


@each_account
def test_conversions_by_action_count_once(run: Run, account: Account) -> None:
    key = ("ad_id", "report_date", "action", "attribution_window", "touch_type", "time_basis")
    found = rows(run, "fct_ad_conversions", account, key).values()
    assert bool(found) == account.platform.has_conversions
    expected = {
        (row["ad_id"], row["report_date"]): (row["conversions"], row["conversion_value"])
        for row in account.ads(AS_OF)
        if account.platform.has_conversions and is_shown(account, row["report_date"])
    }
    canonical = [row for row in found if row["is_canonical"]]
    assert len(canonical) == len(expected)
    assert {
        (row["ad_id"], row["report_date"]): (row["conversions"], row["conversion_value"]) for row in canonical
    } == expected
    if account.platform.source == "meta_ads":
        windows = {(row["action"], row["attribution_window"], row["touch_type"]) for row in found}
        assert windows >= {("purchase", "account", "any"), ("purchase", "7d", "click")}
        assert not {action for action, _, _ in windows if "omni" in action or "pixel" in action}


@each_account
def test_every_keyword_is_there_to_the_last_decimal(run: Run, account: Account) -> None:
    found = rows(run, "fct_ad_keyword_daily", account, ("keyword_id", "report_date"))
    expected = {}
    for row in account.keywords() if account.platform.has_keywords else ():
        if is_shown(account, row["report_date"]):
            expected[row["keyword_id"], row["report_date"]] = {
                **{name: value for name, value in row.items() if name != "cost"},
                "ad_id": "(all)",
                "app_id": "aurora",
                "currency_code": account.currency,
                "spend": row["cost"],
                "spend_reporting": converted(row["cost"], account.currency),
            }
    assert bool(found) == account.platform.has_keywords
    assert {
        key: {name: row[name] for name in next(iter(expected.values()))} for key, row in found.items()
    } == expected


@each_account
def test_every_account_day_adds_up_and_has_its_money(run: Run, account: Account) -> None:
    found = rows(run, "fct_ad_account_daily", account, ("report_date",))
    name, rest = account.platform.source, account.unallocated()
    looks = {moment: account.last_day(moment) for moment in (FIRST_LOOK, AS_OF)}
    asked = {moment: looks[moment].toordinal() + 1 for moment in looks}  # the account's own date of the look
    app_id = "default" if account is ACCOUNTS[-1] else "*" if name == "google_ads" else "aurora"
    days = {day for day in DAYS if is_shown(account, day)} | {date.fromordinal(day) for day in asked.values()}
    assert {key[0] for key in found} == days
    for day in days:
        row = found[(day,)]
        costs = [ad["cost"] for ad in account.ads(AS_OF) if ad["report_date"] == day]
        parts = [*costs, *([rest["cost"]] if day == rest["report_date"] else [])]
        is_asked = {date.fromordinal(asked[moment]): moment for moment in asked}
        seen = [moment for moment in asked if date.fromordinal(asked[moment]) <= day]
        budget = account.money(seen[-1])[1] if seen and name not in ad_company.WITHOUT_BUDGET else None
        has_balance = day in is_asked and name not in ad_company.WITHOUT_BALANCE
        spend = sum(parts, Decimal(0)) if is_shown(account, day) else None
        assert row["app_id"] == app_id
        assert row["spend"] == spend
        assert row["spend_reporting"] == (
            None if spend is None else sum((converted(part, account.currency) for part in parts), Decimal(0))
        )
        if spend is not None:
            assert row["spend_unallocated"] == (rest["cost"] if day == rest["report_date"] else 0)
        assert row["balance"] == (account.money(is_asked[day])[0] if has_balance else None)
        assert row["budget"] == budget
        assert row["pacing"] == (
            None if budget is None or spend is None else pytest.approx(float(spend / budget))
        )
        assert row["is_complete"] is (spend is not None)


@each_account
def test_every_ad_keeps_its_pages_with_their_history(run: Run, account: Account) -> None:
    found = rows(run, "dim_ads", account, ("ad_id", "valid_from"))
    expected = {}
    for row in account.ads(FIRST_LOOK) if account.platform.has_ads else ():
        for moment, next_moment in ((FIRST_LOOK, AS_OF), (AS_OF, None)):
            group = int(row["ad_group_name"][-1])
            expected[row["ad_id"], moment.replace(tzinfo=None)] = (
                account.page(group, moment),
                account.platform.source,
                "spring" if moment == FIRST_LOOK else "summer sale",
                f"g{group}",
                next_moment and next_moment.replace(tzinfo=None),
                next_moment is None,
            )
    names = ("landing_url", "utm_source", "utm_campaign", "utm_content", "valid_to", "is_current")
    assert {key: tuple(row[name] for name in names) for key, row in found.items()} == expected


def test_every_account_was_pulled_whole_and_is_fresh(run: Run) -> None:
    with run.published() as connection:
        fresh = connection.execute(
            "select source, entity, is_late from quality.freshness where entity = 'ad_performance'"
        ).fetchall()
    assert sorted(fresh) == sorted((a.platform.source, "ad_performance", False) for a in ACCOUNTS)
    with run.warehouse() as connection:
        pulls = connection.execute(
            "select distinct platform, status from staging.stg_ad_platforms__pulls"
        ).fetchall()
    assert sorted(pulls) == sorted((account.platform.source, "complete") for account in ACCOUNTS)
