"""Ad platforms: did each account's answer arrive whole, and does it agree with itself? With its history: ad_figures."""

from ingestion.sources.ad_accounts.contracts import money_column
from ingestion.sources.ad_accounts.platforms import BY_SOURCE
from orchestration.expectations import ad_figures
from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between, matches, not_below, one_of
from orchestration.expectations.volume import quarantine_share

#: An account-day with fewer ads than this is not compared.
SOME_ADS = 20
#: Of the rows of a day at most this share may have been put aside; of an account's total nothing.
LEAST_KEPT = 0.98
ACCOUNT_DAY = ("account_id", "report_date")


def frames(view: BatchView) -> list[Frame]:
    checks = [quarantine_share(view), _kept_rows(view), *_accounts(view), _repulled_days(view)]
    if view.has("ad_performance"):
        checks += [_totals(view), _clicks(view)]
    if view.has("conversions"):
        checks.append(_conversions(view))
    if view.has("hourly_performance"):
        checks.append(_hours(view))
    return [*checks, _finished_days(view), *ad_figures.frames(view)]


def _kept_rows(view: BatchView) -> Frame:
    """What the platform answered per day against what stands in raw, each row once."""
    entities = [entity for entity in view.entities if "report_date" in view.contract(entity).key]
    counts = " union all ".join(
        f"select '{entity}' as entity, account_id, report_date, count(*) as kept, "
        f"count(*) - count(distinct ({', '.join(view.contract(entity).key)})) as repeated "
        f"from {view.new(entity)} group by all"
        for entity in entities
    )
    if not counts:
        counts = "select '' as entity, '' as account_id, null::date as report_date, 0 as kept, 0 as repeated"
    query = f"""
        with landed as ({counts})
        select pulls.entity, pulls.account_id, pulls.report_date, coalesce(repeated, 0) as repeated,
            case when pulls.entity = 'account_performance' and coalesce(kept, 0) < pulls.rows then 0
                else coalesce(kept, 0) / pulls.rows end as share_kept
        from {view.new("pulls")} pulls left join landed using (entity, account_id, report_date)
        where pulls.status = 'complete' and pulls.report_date is not null and pulls.rows > 0"""
    expectations = (
        between("rows that the platform answered are kept", "share_kept", LEAST_KEPT, 1),
        between("a row comes once", "repeated", 0, 0),
    )
    return Frame("rows by day", view.frame(query), expectations, labels=("entity", *ACCOUNT_DAY))


def _accounts(view: BatchView) -> list[Frame]:
    from zoneinfo import available_timezones

    if not view.has("account_performance"):
        return []
    query = f"""
        with before_now as (
            select account_id, arg_max(currency_code, _observed_at) as currency_before,
                arg_max(time_zone, _observed_at) as zone_before
            from {view.before("account_performance")} group by all
        )
        select distinct account_id, currency_code, time_zone,
            cast(currency_code is distinct from coalesce(currency_before, currency_code)
                or time_zone is distinct from coalesce(zone_before, time_zone) as integer) as changed
        from {view.new("account_performance")} left join before_now using (account_id)"""
    expectations = (
        matches("an account's currency is an ISO 4217 code", "currency_code", "^[A-Z]{3}$"),
        one_of("an account's time zone is an IANA name", "time_zone", sorted(available_timezones())),
        between("an account keeps its currency and its time zone", "changed", 0, 0),
    )
    return [Frame("accounts", view.frame(query), expectations, labels=("account_id", "currency_code"))]


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
    note = "" if len(rows) else "nothing to compare with"
    return Frame("ads by day pulled again", rows, (expectation,), note, ACCOUNT_DAY)


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
        select ads.account_id, ads.report_date,
            case when ads.cost = 0 then 0 else coalesce(ads.cost / nullif(accounts.cost, 0), 2) end as share_of_account
        from ads left join accounts using (account_id, report_date)"""
    expectation = between("ads do not cost more than their account", "share_of_account", 0, 1.001, mostly=0.9)
    return Frame("spend by day", view.frame(query), (expectation,), labels=ACCOUNT_DAY)


def _clicks(view: BatchView) -> Frame:
    """Only where the platform has no click without an impression of the same day."""
    if not BY_SOURCE[view.entry.source].clicks_are_shown:
        return Frame("clicks", view.frame("select 1 where false"), (), "clicks need no impression here")
    query = f"""
        select account_id, report_date, sum(clicks) as clicks, sum(impressions) as impressions
        from {view.new("ad_performance")} group by all"""
    expectation = not_below("clicks do not exceed impressions", "impressions", "clicks")
    return Frame("clicks by day", view.frame(query), (expectation,), labels=ACCOUNT_DAY)


def _conversions(view: BatchView) -> Frame:
    """The canonical actions against the conversions that the ads' own rows state."""
    query = f"""
        with actions as (
            select account_id, report_date, sum(conversions) as by_action from {view.new("conversions")}
            where is_canonical and ad_id is not null group by all
        ),
        ads as (
            select account_id, report_date, sum(conversions) as by_ad from {view.new("ad_performance")} group by all
        )
        select account_id, report_date,
            abs(by_action - by_ad) / greatest(by_ad, 1) as difference
        from actions join ads using (account_id, report_date) where by_ad is not null"""
    expectation = between("conversions by action add up to those of the ads", "difference", 0, 0.01)
    return Frame("conversions by day", view.frame(query), (expectation,), labels=ACCOUNT_DAY)


def _hours(view: BatchView) -> Frame:
    """The hours of an account against its day: they are asked one after the other, and hours are rounded."""
    cost = money_column(view.entry.source, "ad_performance", "cost")
    if not view.has("account_performance"):
        return Frame("hours by day", view.frame("select 1 where false"), (), "no day came with them")
    query = f"""
        with hours as (
            select account_id, report_date, sum({cost}) as cost from {view.new("hourly_performance")}
            where ad_id is null group by all
        )
        select account_id, report_date, hours.cost / days.{cost} as share_of_day
        from {view.new("account_performance")} days join hours using (account_id, report_date) where days.{cost} > 0"""
    expectation = between("the hours of a day add up to it", "share_of_day", 0.98, 1.02)
    return Frame("hours by day", view.frame(query), (expectation,), labels=ACCOUNT_DAY)


def _finished_days(view: BatchView) -> Frame:
    """No day that was not over, in the account's own time zone, when it was asked."""
    query = f"""
        with asked as (
            select account_id, report_date, min(observed_at) as observed_at from {view.new("pulls")}
            where status = 'complete' and report_date is not null group by all
        ),
        zones as (
            select account_id, any_value(time_zone) as time_zone from {view.new("account_performance")} group by all
        ),
        local as (
            select account_id, report_date,
                cast(timezone(coalesce(time_zone, 'Pacific/Kiritimati'), observed_at) as date) as asked_on
            from asked left join zones using (account_id)
        )
        select account_id, report_date, date_diff('day', report_date, asked_on) as days_ago from local"""
    expectation = between("a day is over when it is asked", "days_ago", 1)
    return Frame("days asked", view.frame(query), (expectation,), labels=ACCOUNT_DAY)
