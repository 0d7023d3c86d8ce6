"""Ad platforms: a re-pull does not lose most of a day, and ads do not exceed their account."""

from ingestion.sources.ad_accounts.contracts import money_column
from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between, matches, one_of
from orchestration.expectations.volume import quarantine_share

#: An account-day with fewer ads than this is not compared.
SOME_ADS = 20


def frames(view: BatchView) -> list[Frame]:
    return [quarantine_share(view), *_accounts(view), _repulled_days(view), _totals(view)]


def _accounts(view: BatchView) -> list[Frame]:
    from zoneinfo import available_timezones

    if not view.has("account_performance"):
        return []
    query = f"select distinct account_id, currency_code, time_zone from {view.new('account_performance')}"
    expectations = (
        matches("an account's currency is an ISO 4217 code", "currency_code", "^[A-Z]{3}$"),
        one_of("an account's time zone is an IANA name", "time_zone", sorted(available_timezones())),
    )
    return [Frame("accounts", view.frame(query), expectations, labels=("account_id",))]


def _repulled_days(view: BatchView) -> Frame:
    """Ads per account and day against the newest accepted pull of the same day."""
    query = f"""
        with before_now as (
            select account_id, report_date, arg_max(rows, observed_at) as rows_before
            from {view.before("pulls")}
            where entity = 'ad_performance' and status = 'complete' group by all
        )
        select now.account_id, now.report_date, now.rows, rows_before, now.rows / rows_before as share_of_before
        from {view.new("pulls")} now join before_now using (account_id, report_date)
        where now.entity = 'ad_performance' and now.status = 'complete' and rows_before >= {SOME_ADS}"""
    rows = view.frame(query)
    expectation = between("a day keeps at least half of its ads when pulled again", "share_of_before", 0.5)
    return Frame(
        "ads by day pulled again",
        rows,
        (expectation,),
        "" if len(rows) else "nothing to compare with",
        ("account_id", "report_date"),
    )


def _totals(view: BatchView) -> Frame:
    """Spend of ads against the account's own total; what belongs to no ad may be missing, never too much."""
    cost = money_column(view.entry.source, "ad_performance", "cost")
    query = f"""
        with ads as (
            select account_id, report_date, sum({cost}) as cost from {view.new("ad_performance")} group by all
        ),
        accounts as (
            select account_id, report_date, sum({cost}) as cost from {view.new("account_performance")} group by all
        )
        select ads.account_id, ads.report_date, ads.cost / nullif(accounts.cost, 0) as share_of_account
        from ads join accounts using (account_id, report_date)"""
    expectation = between("ads do not cost more than their account", "share_of_account", 0, 1.001, mostly=0.9)
    return Frame("spend by day", view.frame(query), (expectation,), labels=("account_id", "report_date"))
