"""One account on every ad platform, from the emulated APIs over HTTP through the real pipeline to the marts."""

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration import ad_company
from tests.integration.ad_company import ACCOUNTS, AS_OF, DAYS, FIGURES, FIRST_LOOK, Account, converted
from tests.integration.ad_days import NAMES, booked, business_days, is_shown, zone_of
from tests.integration.pipeline import Run, make

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("ad_platforms")]

#: Its reports tell no video views.
WITHOUT_VIDEO = ("baidu_ads",)
Table = dict[tuple[Any, ...], dict[str, Any]]
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


@each_account
def test_every_ad_is_there_to_the_last_decimal_by_the_days_of_its_app(run: Run, account: Account) -> None:
    expected = business_days(account)
    found = rows(run, "fct_ad_performance", account, ("ad_id", "report_date"))
    shown = {
        key: {
            **{
                name: row[name]
                for name in ("app_id", "channel", *NAMES, "spend_reporting", "first_reported_spend")
            },
            **{name: row["spend" if name == "cost" else name] for name in FIGURES},
        }
        for key, row in found.items()
    }
    if account.platform.source in WITHOUT_VIDEO:
        for row in (*shown.values(), *expected.values()):
            row.pop("video_views")
    assert shown == expected
    constant = {(row["account_name"], row["currency_code"], row["tz_exact"]) for row in found.values()}
    assert constant == {(f"account {account.platform.source}", account.currency, True)}
    of_days = rows(run, "fct_ad_account_daily", account, ("report_date",)).values()
    for name in ("spend", "spend_reporting"):
        assert sum(row[name] for row in found.values()) == sum(row[name] or 0 for row in of_days)


def test_a_day_of_hours_is_whole_when_every_day_of_the_account_in_it_is(run: Run) -> None:
    """Google: the account in Los Angeles serves an app in Shanghai, the first and the last day are touched only."""
    with run.warehouse() as connection:
        found = connection.execute(
            """select app_id, activity_date, is_complete from intermediate.int_ad_feed_days
            where platform = 'google_ads' order by all"""
        ).fetchall()
    whole = {
        app_id: [day for app, day, is_whole in found if app == app_id and is_whole] for app_id, _, _ in found
    }
    assert whole == {"aurora": DAYS[1:6], "harbor": DAYS[:6]}


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
    has_value = account.platform.source != "kuaishou_ads"  # its activations have none
    expected = {
        (row.get("ad_id", "(unallocated)"), row["report_date"]): (
            row["conversions"], row["conversion_value"] if has_value else None,
        )
        for row in (*account.ads(AS_OF), account.unallocated())
        if is_shown(account, row["report_date"])
    }  # fmt: skip
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
        of_day = [ad for ad in (*account.ads(AS_OF), rest) if ad["report_date"] == day]
        parts = [
            (part["cost"], date_of_part)
            for ad in of_day
            for date_of_part, part in account.parts(
                ad, zone_of(booked(account, ad.get("campaign_id", ""))[0])
            ).items()
        ]
        is_asked = {date.fromordinal(asked[moment]): moment for moment in asked}
        seen = [moment for moment in asked if date.fromordinal(asked[moment]) <= day]
        budget = account.money(seen[-1])[1] if seen and name not in ad_company.WITHOUT_BUDGET else None
        has_balance = day in is_asked and name not in ad_company.WITHOUT_BALANCE
        spend = sum((cost for cost, _ in parts), Decimal(0)) if is_shown(account, day) else None
        assert row["app_id"] == app_id
        assert row["spend"] == spend
        assert row["spend_reporting"] == (
            None
            if spend is None
            else sum((converted(cost, account.currency, on) for cost, on in parts), Decimal(0))
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
    for row in account.ads(FIRST_LOOK):
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
            "select distinct platform, status from staging.stg_ad_platforms__pulls where account_id <> ?",
            [ad_company.REFUSED],
        ).fetchall()
    assert sorted(pulls) == sorted((account.platform.source, "complete") for account in ACCOUNTS)


def test_a_refused_account_is_on_record_and_stops_no_other(run: Run) -> None:
    """All else was published (the tests above); the check only warns, and says whose account it is."""
    with run.warehouse() as connection:
        outcomes = connection.execute(
            "select distinct status, message from staging.stg_ad_platforms__pulls where account_id = ?",
            [ad_company.REFUSED],
        ).fetchall()
    assert [(status, "PERMISSION_DENIED" in message) for status, message in outcomes] == [("failed", True)]
    with run.published() as connection:
        checks = connection.execute(
            """select passed, lower(severity), message from quality.checks
            where check_name = 'every_account_was_pulled' and asset_key like '%google_ads%' """
        ).fetchall()
    assert [(passed, severity) for passed, severity, _ in checks] == [(False, "warn")]
    assert ad_company.REFUSED in run.output


#: What is done to the warehouse of the finished run → the blocking check or the warning that must say so.
BROKEN = {
    "restatement after the window": (
        "update intermediate.int_ad_observations set is_mature = true",
        "assert_no_restatement_after_the_window",
        True,
    ),
    "no restatement after it": (
        "update intermediate.int_ad_observations set is_mature = is_newest",
        "assert_no_restatement_after_the_window",
        False,
    ),
    "no exchange rate": (
        """update intermediate.int_ad_performance set fx_rate = null, spend_reporting = null
        where platform = 'google_ads' and report_date = date '2026-03-27'""",
        "assert_ad_rows_add_up_to_account_totals",
        True,
    ),
    "a part of a day is lost": (
        "delete from intermediate.int_ad_performance where platform = 'meta_ads' and account_date <> report_date",
        "assert_ad_rows_add_up_to_account_totals",
        True,
    ),
    "an ad is lost on the way to its mart": (
        "delete from marts.fct_ad_performance where platform = 'kuaishou_ads' and report_date = date '2026-03-27'",
        "assert_ad_rows_add_up_to_account_totals",
        True,
    ),
    "an action is lost": (
        "delete from marts.fct_ad_conversions where platform = 'baidu_ads' and ad_id = '(unallocated)'",
        "assert_ad_rows_add_up_to_account_totals",
        True,
    ),
    "nothing is wrong": ("select 1", "assert_ad_rows_add_up_to_account_totals", False),
}


@pytest.mark.parametrize("name", BROKEN)
def test_dbt_says_what_is_wrong(run: Run, tmp_path: Path, name: str) -> None:
    """The compiled test of dbt on a copy of the warehouse."""
    change, test_name, is_wrong = BROKEN[name]
    (compiled,) = (run.target_path / "compiled").rglob(f"{test_name}.sql")
    copy = tmp_path / "warehouse.duckdb"
    shutil.copyfile(run.data_dir / "warehouse.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(change)
        found = connection.execute(compiled.read_text("utf-8")).fetchall()
    assert bool(found) is is_wrong
