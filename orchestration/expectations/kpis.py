"""KPIs before they are told to readers: do they look like values of these KPIs, and like those of the days around them?

What must hold exactly is a dbt test on `kpi`. Small or young apps are not judged where that would say nothing.
"""

from orchestration.expectations.kpi_view import KpiView
from orchestration.expectations.suite import Frame, between

#: Parts of a whole.
SHARES = (
    "bounce_rate", "retention_d1", "retention_d7", "retention_d30", "stickiness", "repurchase_rate",
    "recall_return_rate", "ugc_share", "funnel_conversion_rate", "feature_adoption_rate",
)  # fmt: skip
#: Numbers of things that happened, and what was paid: never negative. Counters of outside platforms may fall.
AMOUNTS = (
    "active_users", "dau", "wau", "mau", "new_users", "registered_users", "resurrected_users", "dormant_users",
    "churned_users", "orders", "paying_users", "uv", "pv", "tickets", "channel_visits", "active_creators",
    "content_published", "activity_participants", "gross_revenue", "gmv", "refunded_revenue", "sessions_per_user",
    "avg_session_seconds", "avg_dwell_seconds", "first_response_seconds", "complaint_rate", "k_factor",
)  # fmt: skip
#: A day against the four weeks before it, where these were calm: at most CALM times as high as low, and not small.
SOME_DAYS, CALM, SMALL = 14, 10, 20
#: Of the lowest and of the highest of those days. On days of an app's own activities it may rise ten times as far.
DAY_BAND = (0.2, 5)
#: The same where they were not calm, by the highest alone, of numbers that are not tiny and not mostly nothing: one
#: refund of a large order is 60 times the highest day of a shop with a refund a week.
WILD, NOT_TINY = 20, 200
#: Corrections of the past: what all known days of a KPI together may change by, and how many must stay complete.
PAST_BAND, KEPT_SHARE, KNOWN_DAYS, KNOWN_SUM = (0.5, 2), 0.5, 7, 100
#: That share of an app's additive KPIs may be what it was the day before, to the last digit.
REPEATED, SOME_KPIS = 0.8, 4
#: A KPI may be complete that many days later than the last day that it could be complete for.
FRESH_DAYS = 2
_LABELS = ("app_id", "kpi_code", "day")


def frames(view: KpiView) -> list[Frame]:
    return [_shares(view), _amounts(view), *_days(view), _repeated(view), *_past(view)]


def late(view: KpiView) -> list[str]:
    """'shop ad_spend: 5 days', the latest first."""
    rows = view.connection.execute(
        "select app_id, kpi_code, days_late from lags where days_late > ? order by days_late desc, 1, 2",
        [FRESH_DAYS],
    ).fetchall()
    return [f"{app_id} {kpi_code}: {days} days" for app_id, kpi_code, days in rows]


def _shares(view: KpiView) -> Frame:
    rows = view.frame(f"from extremes where kpi_code in {SHARES} order by all")
    expectations = (
        between("a share is not negative", "lowest", 0),
        between("a share is at most 1", "highest", None, 1),
    )
    return Frame("shares", rows, expectations, labels=_LABELS[:2])


def _amounts(view: KpiView) -> Frame:
    rows = view.frame(f"from extremes where kpi_code in {AMOUNTS} order by all")
    return Frame("amounts", rows, (between("an amount is not negative", "lowest", 0),), labels=_LABELS[:2])


def _days(view: KpiView) -> list[Frame]:
    """Each judged day as a share of the lowest or the highest of 28 days before; 1 between them."""
    view.connection.execute(f"""
        create or replace temp table usual as
        select *, count(value) over past as past_days, min(value) over past as low, max(value) over past as high,
            min(case when is_ratio then least(num, den) when unit = 'count' then value else {SMALL} end) over past
                as least_volume,
            case when is_ratio then den when unit = 'count' then value else {NOT_TINY} end as volume,
            count(case when value > 0 then 1 end) over past as busy_days
        from days
        window past as (
            partition by app_id, kpi_code order by day
            range between interval 28 day preceding and interval 1 day preceding
        )
        qualify is_judged and value is not null and past_days >= {SOME_DAYS}""")
    share = """case when value > high and is_of_activity then greatest(value / high / 10, 1)
        when value > high then value / high when value < low then value / low else 1 end"""
    calm = f"low > 0 and high <= {CALM} * low and least_volume >= {SMALL}"
    rows = view.frame(
        f"select app_id, kpi_code, day, value, {share} as share_of_usual from usual where {calm} order by all"
    )
    wild = view.frame(
        f"""select app_id, kpi_code, day, value, {share} as share_of_usual from usual
        where not ({calm}) and busy_days >= {SOME_DAYS} and value > high and volume >= {NOT_TINY} order by all"""
    )
    note = (
        ""
        if len(rows)
        else f"no new day of which {SOME_DAYS} of the 28 days before are known, calm and not small"
    )
    return [
        Frame(
            "days after calm weeks", rows,
            (between("a day is near the four weeks before it", "share_of_usual", *DAY_BAND),), note, _LABELS,
        ),
        Frame(
            "days after other weeks", wild,
            (between("a day is not far above all of the four weeks before it", "share_of_usual", None, WILD),),
            labels=_LABELS,
        ),
    ]  # fmt: skip


def _repeated(view: KpiView) -> Frame:
    """A day that was delivered once more under the next date; sums only, since levels move slowly."""
    rows = view.frame(f"""
        select now.app_id, now.day, count(*) as kpis, avg(cast(now.value = earlier.value as integer)) as share_repeated
        from days as now
        join days as earlier
            on earlier.app_id = now.app_id and earlier.kpi_code = now.kpi_code and earlier.day = now.day - 1
        where now.is_judged and now.additivity = 'additive' and not now.is_ratio and now.value >= {SMALL}
        group by now.app_id, now.day having count(*) >= {SOME_KPIS} order by all""")
    expectation = between("a day is not the day before once more", "share_repeated", 0, REPEATED)
    return Frame("days against the day before", rows, (expectation,), labels=("app_id", "day"))


def _past(view: KpiView) -> list[Frame]:
    """What readers know already."""
    sums = view.frame(f"""
        select app_id, kpi_code, sum(value) / sum(told) as share_of_known
        from days where told is not null and additivity = 'additive' and not is_ratio
        group by all having count(*) >= {KNOWN_DAYS} and sum(told) >= {KNOWN_SUM} and bool_or(is_judged)
        order by all""")
    kept = view.frame(f"""
        select app_id, kpi_code, avg(cast(is_kept as integer)) as share_kept
        from known group by all having count(*) >= {KNOWN_DAYS} order by all""")
    note = "" if len(kept) else "readers know nothing yet"
    return [
        Frame(
            "days that readers know", sums,
            (between("known days together are about what they were", "share_of_known", *PAST_BAND),),
            labels=_LABELS[:2],
        ),
        Frame(
            "complete days that readers know", kept,
            (between("most days that were complete still are", "share_kept", KEPT_SHARE),), note, _LABELS[:2],
        ),
    ]  # fmt: skip
