"""Ad platforms: do an account's daily totals look like its own history? Errors of unit, scope and date show here.

Young or small accounts are not judged: a comparison needs enough days, clicks and impressions to mean something.
"""

from ingestion.sources.ad_accounts.contracts import money_column
from ingestion.sources.ad_accounts.platforms import BY_SOURCE
from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between

SOME_CLICKS, SOME_IMPRESSIONS = 20, 1000
#: Earlier days with enough clicks, and earlier days of the same weekday, that a comparison needs.
SOME_DAYS, SOME_WEEKS = 5, 3
#: How far a price may move against its median; an error of unit moves it 100 or 1,000,000 times.
PRICE_BAND = (0.1, 10)
#: How far a day may be from the median of its weekday: pausing campaigns is not an error, a truncated day is.
VOLUME_BAND = (0.2, 10)
#: A late platform may double a day, invalid clicks are credited; nobody takes back half of a day.
REPULL_BAND = (0.5, 10)
#: Plausible mean costs of a click, in units of an ordinary currency; others count in larger numbers.
CLICK_BAND = (0.0005, 2000)
LARGE_NUMBERS = {
    "JPY": 100,
    "KRW": 1000,
    "IDR": 15_000,
    "VND": 25_000,
    "TWD": 30,
    "THB": 30,
    "RUB": 80,
    "INR": 80,
}
_DIVISORS = {"units": 1, "fen": 100, "micros": 1_000_000}
_LABELS = ("account_id", "report_date")


def frames(view: BatchView) -> list[Frame]:
    if not view.has("account_performance") and not view.history:
        return []
    _make_tables(view)
    return [_restated(view), _click_price(view), *_prices(view), _volume(view), _repeated_days(view)]


def _make_tables(view: BatchView) -> None:
    """`now`: account-days of the batch, those that came empty too; `past`: the newest accepted state of others."""
    unit = BY_SOURCE[view.entry.source].cost
    cost = f"{money_column(view.entry.source, 'account_performance', 'cost')} / {_DIVISORS[unit]}"
    view.connection.execute(f"""
        create or replace temp table now as
        select account_id, report_date, any_value(currency_code) as currency_code,
            coalesce(sum({cost}), 0) as cost, coalesce(sum(impressions), 0) as impressions,
            coalesce(sum(clicks), 0) as clicks
        from (
            select distinct account_id, report_date from {view.new("pulls")}
            where entity = 'account_performance' and status = 'complete' and report_date is not null
        ) left join {view.new("account_performance")} using (account_id, report_date)
        group by account_id, report_date""")
    view.connection.execute(f"""
        create or replace temp table past as
        select account_id, report_date, {cost} as cost, impressions, clicks
        from {view.before("account_performance")}
        where report_date between (select min(report_date) - 57 from now) and (select max(report_date) from now)
            and account_id in (select account_id from now)
        qualify row_number() over (partition by account_id, report_date order by _observed_at desc) = 1""")


def _restated(view: BatchView) -> Frame:
    """A day that was pulled before against itself."""
    rows = view.frame(f"""
        select now.account_id, now.report_date, now.cost / past.cost as share_of_before
        from now join past using (account_id, report_date)
        where past.clicks >= {SOME_CLICKS} and past.cost > 0""")
    expectation = between("a day keeps its spend when pulled again", "share_of_before", *REPULL_BAND)
    note = "" if len(rows) else "no day was pulled before"
    return Frame("spend by day pulled again", rows, (expectation,), note, _LABELS)


def _click_price(view: BatchView) -> Frame:
    """Even a first pull shows an error of 1,000,000."""
    cases = " ".join(f"when '{code}' then {scale}" for code, scale in LARGE_NUMBERS.items())
    rows = view.frame(f"""
        select account_id, report_date,
            cost / clicks / case currency_code {cases} else 1 end as cost_per_click
        from now where clicks >= {SOME_CLICKS} and cost > 0""")
    expectation = between("a click has a plausible cost", "cost_per_click", *CLICK_BAND)
    return Frame("cost of a click", rows, (expectation,), labels=_LABELS)


def _nearest(one: str, other: str) -> str:
    """Of two shares on the same side of 1 the one nearer to it, else 1: near one of two things is near enough.

    So a change that a person accepted once is the new level, and the days after it pass.
    """
    return f"""case when {one} < 1 and {other} < 1 then greatest({one}, {other})
        when {one} > 1 and {other} > 1 then least({one}, {other}) else 1 end"""


def _prices(view: BatchView) -> list[Frame]:
    """Cost per click and per impression against the account's other days: their median, or the last one."""
    found = []
    for name, count, least in (
        ("click", "clicks", SOME_CLICKS),
        ("impression", "impressions", SOME_IMPRESSIONS),
    ):
        rows = view.frame(f"""
            with usual as (
                select now.account_id, now.report_date, median(past.cost / past.{count}) as price,
                    arg_max(past.cost / past.{count}, past.report_date) as last_price, count(*) as days
                from now join past on past.account_id = now.account_id and past.report_date <> now.report_date
                where past.{count} >= {least} and past.cost > 0 group by all
            ),
            shares as (
                select account_id, report_date, now.cost / now.{count} / price as of_median,
                    now.cost / now.{count} / last_price as of_last
                from now join usual using (account_id, report_date)
                where now.{count} >= {least} and days >= {SOME_DAYS}
            )
            select account_id, report_date, {_nearest("of_median", "of_last")} as share_of_usual from shares""")
        expectation = between(f"the cost of one {name} is near the usual", "share_of_usual", *PRICE_BAND)
        note = "" if len(rows) else f"fewer than {SOME_DAYS} days to compare with"
        found.append(Frame(f"cost of one {name} against other days", rows, (expectation,), note, _LABELS))
    return found


def _volume(view: BatchView) -> Frame:
    """Spend of a day against the same weekday in the eight weeks before: their median, or the day before.

    Only when it comes for the first time: a day that was accepted is compared with itself (`_restated`).
    """
    rows = view.frame(f"""
        with usual as (
            select now.account_id, now.report_date, median(past.cost) as cost, median(past.clicks) as clicks,
                count(*) as weeks
            from now join past on past.account_id = now.account_id and past.report_date < now.report_date
                and date_diff('day', past.report_date, now.report_date) % 7 = 0
            group by all
        ),
        day_before as (
            select now.account_id, now.report_date, arg_max(past.cost, past.report_date) as cost
            from now join past on past.account_id = now.account_id and past.report_date < now.report_date group by all
        ),
        shares as (
            select account_id, report_date, now.cost / usual.cost as of_weekday,
                (now.cost + 0.01) / (day_before.cost + 0.01) as of_day_before
            from now join usual using (account_id, report_date) join day_before using (account_id, report_date)
            where weeks >= {SOME_WEEKS} and usual.clicks >= {SOME_CLICKS} and usual.cost > 0
                and (account_id, report_date) not in (select (account_id, report_date) from past)
        )
        select account_id, report_date, {_nearest("of_weekday", "of_day_before")} as share_of_usual from shares""")
    expectation = between(
        "a day spends about as much as the same weekday before", "share_of_usual", *VOLUME_BAND
    )
    note = "" if len(rows) else f"fewer than {SOME_WEEKS} weeks to compare with"
    return Frame("spend against weekdays", rows, (expectation,), note, _LABELS)


def _repeated_days(view: BatchView) -> Frame:
    """The figures of the day before, to the last digit, are a repeated answer."""
    rows = view.frame(f"""
        with days as (
            select account_id, report_date, cost, impressions, clicks from now
            union all
            select account_id, report_date, cost, impressions, clicks
            from past anti join now using (account_id, report_date)
        )
        select now.account_id, now.report_date,
            cast(now.cost = days.cost and now.impressions = days.impressions and now.clicks = days.clicks as integer)
                as is_repeated
        from now join days on days.account_id = now.account_id and days.report_date = now.report_date - 1
        where now.impressions >= {SOME_IMPRESSIONS}""")
    expectation = between("a day is not the day before once more", "is_repeated", 0, 0)
    return Frame("days against the day before", rows, (expectation,), labels=_LABELS)
