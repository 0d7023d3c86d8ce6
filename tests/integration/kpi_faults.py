"""Ways in which KPI tables can be wrong: the statements that make them so, and the check that finds it."""

from dataclasses import dataclass

#: Some days before the last complete one.
DAY = "date '2026-03-24'"
APP_DAY = f"app_id <> '*' and period_start = {DAY}"
COMPANY_DAY = f"app_id = '*' and period_start = {DAY}"
USUAL = "kpis_look_as_usual"


@dataclass(frozen=True)
class Fault:
    name: str
    caught_by: str
    statements: tuple[str, ...]
    tables: frozenset[str]
    #: What is built from fct_kpi was built after the harm was done: nothing disagrees.
    is_consistent: bool
    #: Which statement of that check says so, where it has several.
    identity: str = ""


def fault(
    name: str,
    caught_by: str,
    *statements: str,
    tables: str = "fct_kpi",
    is_consistent: bool = False,
    identity: str = "",
) -> Fault:
    return Fault(name, caught_by, statements, frozenset(tables.split()), is_consistent, identity)


def unusual(name: str, *statements: str) -> Fault:
    return fault(name, USUAL, *statements, is_consistent=True)


def rows(kpi_code: str, more: str = "true", grain: str = "day") -> str:
    return f"kpi_code = '{kpi_code}' and grain = '{grain}' and dimension = 'all' and {more}"


def set_days(kpi_code: str, value: str, days: str) -> tuple[str, ...]:
    """Days of an additive KPI changed in all dimensions; their weeks and months follow, so that everything adds up."""
    change = f"cast(({value}) - numerator as decimal(28, 8))"
    return (
        f"""create or replace temp table changes as
        select app_id, period_start as day, dimension, dimension_value, {change} as change
        from kpi.fct_kpi where kpi_code = '{kpi_code}' and grain = 'day' and period_start in {days}""",
        """create or replace temp table calendar as
        select distinct app_id, activity_date as day, week_start_date, month_start_date
        from intermediate.int_kpi_days""",
        f"""update kpi.fct_kpi as kpi set numerator = numerator + more.change, value = value + more.change
        from (
            select app_id, dimension, dimension_value, grain, period_start, sum(change) as change
            from (
                select *, unnest(['day', 'week', 'month']) as grain,
                    unnest([day, week_start_date, month_start_date]) as period_start
                from changes join calendar using (app_id, day)
            ) group by all
        ) as more
        where kpi_code = '{kpi_code}' and kpi.app_id = more.app_id and kpi.dimension = more.dimension
            and kpi.dimension_value = more.dimension_value and kpi.grain = more.grain
            and kpi.period_start = more.period_start""",
    )


IDENTITIES = (
    fault(
        "the company has an order that no app has", "assert_kpi_sums_hold",
        f"update kpi.fct_kpi set numerator = numerator + 1, value = value + 1 "
        f"where {rows('orders', COMPANY_DAY)}",
        identity="company = sum of apps",
    ),
    fault(
        "a channel of new users is lost", "assert_kpi_sums_hold",
        f"""delete from kpi.fct_kpi where kpi_code = 'new_users' and dimension = 'channel' and grain = 'day'
        and period_start = {DAY} and value > 0""",
        identity="sum of values = all",
    ),
    fault(
        "a week is counted twice", "assert_kpi_sums_hold",
        f"update kpi.fct_kpi set numerator = 2 * numerator, value = 2 * value where {rows('gmv', grain='week')}",
        identity="sum of days = sum of weeks",
    ),
    fault(
        "ARPPU of other users than the paying rate", "assert_kpi_related_kpis_agree",
        f"update kpi.fct_kpi set denominator = denominator + 1 where {rows('arppu', f'period_start = {DAY}')}",
        identity="arppu d - paying_rate n == 0",
    ),
    fault(
        "net revenue forgets refunds", "assert_kpi_related_kpis_agree",
        """update kpi.fct_kpi as kpi set numerator = gross.numerator, value = gross.value
        from (from kpi.fct_kpi where kpi_code = 'gross_revenue') as gross
        where kpi.kpi_code = 'net_revenue' and kpi.app_id = gross.app_id and kpi.grain = gross.grain
            and kpi.period_start = gross.period_start and kpi.dimension = gross.dimension
            and kpi.dimension_value = gross.dimension_value""",
        identity="net_revenue n + refunded_revenue n - gross_revenue n = 0",
    ),
    fault(
        "clicks per page view instead of per impression", "assert_kpi_related_kpis_agree",
        "update kpi.fct_kpi set denominator = denominator * 2, value = value / 2 where kpi_code = 'ctr'",
        identity="ctr d - impressions n = 0",
    ),
    fault(
        "more users in a week than in the month around it", "assert_kpi_related_kpis_agree",
        f"update kpi.fct_kpi set numerator = 1, value = 1 where {rows('mau', f'period_start = {DAY}')}",
        identity="wau n - mau n <= 0",
    ),
    fault(
        "a ratio that is not its parts", "assert_kpi_related_kpis_agree",
        f"update kpi.fct_kpi set value = value * 1.01 where {rows('avg_session_seconds', f'period_start = {DAY}')}",
        identity="value = numerator / denominator",
    ),
    fault(
        "a count that is not its numerator", "fct_kpi_rows_are_one_number",
        f"update kpi.fct_kpi set value = value + 1 where {rows('tickets', f'period_start = {DAY}')}",
        identity="counts_and_money_are_their_numerator",
    ),
    fault(
        "a change that its parts do not explain", "assert_kpi_contributions_add_up",
        """update kpi.fct_kpi_contribution set change_total = change_total + 1
        where kpi_code = 'orders' and driver_dimension = 'channel'""",
        tables="fct_kpi_contribution",
        identity="sum of changes = change",
    ),
    fault(
        "mix and rate that are not the change", "assert_kpi_contributions_add_up",
        """update kpi.fct_kpi_contribution set mix_effect = mix_effect + 1
        where mix_effect is not null and driver_dimension = 'channel'""",
        tables="fct_kpi_contribution",
        identity="change = mix + rate",
    ),
    fault(
        "months that forget a day", "assert_kpi_sums_hold",
        f"update kpi.fct_kpi set numerator = numerator - 1, value = value - 1 where {rows('orders', grain='month')}",
        identity="sum of days = sum of months",
    ),
    fault(
        "an app with a dimension of apps", "fct_kpi_rows_are_one_number",
        f"update kpi.fct_kpi set dimension = 'app', dimension_value = app_id where {rows('ctr', APP_DAY)}",
        identity="dimension_app_is_of_the_company",
    ),
    fault(
        "a quantity that two marts tell", "int_kpi_quantities_are_told_once_by_one_mart",
        "update intermediate.int_kpi_quantities set times_told = 2, quantity = 2 * quantity where app_id <> '*'",
        tables="int_kpi_quantities",
    ),
    fault(
        "an incomplete day that is judged", "fct_kpi_scorecard_judges_what_is_over",
        "update kpi.fct_kpi_scorecard set expected_low = 1, is_anomaly = true where not is_complete and grain = 'day'",
        tables="fct_kpi_scorecard",
        identity="incomplete_periods_are_not_judged",
    ),
    fault(
        "a green light below the target", "fct_kpi_scorecard_judges_what_is_over",
        "update kpi.fct_kpi_scorecard set status = 'green' where status <> 'green'",
        tables="fct_kpi_scorecard",
        identity="status_follows_pacing",
    ),
    fault(
        "an incomplete month with a rate", "fct_kpi_scorecard_judges_what_is_over",
        "update kpi.fct_kpi_scorecard set change_rate = 0.1 where not is_complete and grain = 'month'",
        tables="fct_kpi_scorecard",
        identity="incomplete_periods_have_no_rates",
    ),
    fault(
        "a target that is due in part though its month is over", "fct_kpi_scorecard_judges_what_is_over",
        "update kpi.fct_kpi_scorecard set expected_to_date = 1 where is_complete and target_value > 1",
        tables="fct_kpi_scorecard",
        identity="complete_targets_are_due_whole",
    ),
    fault(
        "a band of a week", "fct_kpi_scorecard_judges_what_is_over",
        "update kpi.fct_kpi_scorecard set is_anomaly = false where is_complete and grain = 'week'",
        tables="fct_kpi_scorecard",
        identity="only_days_have_bands",
    ),
    fault(
        "KPIs of an earlier build than the orders", "assert_kpi_agrees_with_the_marts",
        "delete from marts.fct_orders where order_date > date '2026-03-20'", tables="fct_orders",
    ),
    fault(
        "active users who are neither new nor known", "fct_user_lifecycle_is_sound",
        f"update marts.fct_user_lifecycle set active_users = active_users + 1 where period_start = {DAY}",
        tables="fct_user_lifecycle", identity="active_users_are_new_returning_or_resurrected",
    ),
)  # fmt: skip
COMPLETENESS = (
    fault(
        "a KPI without a row of a day", "assert_kpi_every_kpi_has_rows",
        f"delete from kpi.fct_kpi where {rows('sessions_per_user', APP_DAY)}",
    ),
    fault(
        "a KPI that nobody computes any more", "assert_kpi_every_kpi_has_rows",
        "delete from kpi.fct_kpi where kpi_code = 'satisfaction_score'",
    ),
    fault(
        "a day that is missing in everything", "assert_kpi_every_kpi_has_rows",
        f"delete from kpi.fct_kpi where grain = 'day' and {APP_DAY} and denominator is null",
        f"delete from intermediate.int_kpi_periods where grain = 'day' and period_start = {DAY}",
    ),
    fault(
        "a ratio without value", "fct_kpi_rows_are_one_number",
        f"update kpi.fct_kpi set value = null where {rows('bounce_rate', f'period_start = {DAY}')}",
        identity="ratio_without_denominator_is_null",
    ),
    fault(
        "rows twice", "unique_grain_fct_kpi_app_id",
        f"insert into kpi.fct_kpi from kpi.fct_kpi where {rows('dau', f'period_start = {DAY}')}",
    ),
    fault(
        "two calibers that are both current", "unique_grain_fct_kpi_current",
        """insert into kpi.fct_kpi select * replace (2 as caliber_version) from kpi.fct_kpi where kpi_code = 'dau'""",
        tables="fct_kpi_current",
    ),
    fault(
        "money without a currency", "assert_kpi_related_kpis_agree",
        "update kpi.fct_kpi set currency_code = null where kpi_code = 'arpu'",
        identity="currency",
    ),
)  # fmt: skip
FRESHNESS = (
    fault(
        "tables that stopped three days ago", "assert_kpi_every_kpi_has_rows",
        "delete from kpi.fct_kpi where period_start > date '2026-03-28'",
        "delete from intermediate.int_kpi_periods where period_start > date '2026-03-28'",
    ),
    fault(
        "the running day as if it were over", "assert_kpi_nothing_is_complete_before_its_end",
        "update kpi.fct_kpi set is_complete = true where grain = 'day'",
    ),
    fault(
        "days that are over as if they were not", "assert_kpi_every_kpi_has_rows",
        "update kpi.fct_kpi set is_complete = false where period_start > date '2026-03-20'",
    ),
    unusual(
        "most of what readers know is open again",
        "update kpi.fct_kpi set is_complete = false where period_start > date '2026-02-10'",
        "update intermediate.int_kpi_periods set is_complete = false where period_start > date '2026-02-10'",
    ),
)  # fmt: skip
DISTRIBUTIONS = (
    unusual(
        "a hundred times as many views on a day",
        *set_days("content_views", "100 * numerator", f"({DAY})"),
    ),
    unusual("no views on a day", *set_days("content_views", "0", f"({DAY})")),
    unusual("views taken back", *set_days("content_views", "-numerator", f"({DAY})")),
    unusual(
        "all of history three times as much",
        *set_days("content_views", "3 * numerator", "(select period_start from kpi.fct_kpi)"),
    ),
    unusual(
        "seconds that are milliseconds",
        """update kpi.fct_kpi set numerator = 1000 * numerator, value = 1000 * cast(numerator as double) / denominator
        where kpi_code = 'avg_session_seconds' and period_start > date '2026-03-28'""",
    ),
    unusual(
        "a share above 1",
        f"""update kpi.fct_kpi set numerator = 40 * numerator, value = 40 * cast(numerator as double) / denominator
        where {rows('stickiness', 'denominator > 0')}""",
    ),
)  # fmt: skip
KINDS = {
    "identities": IDENTITIES,
    "completeness": COMPLETENESS,
    "freshness": FRESHNESS,
    "distributions": DISTRIBUTIONS,
}
FAULTS = (*IDENTITIES, *COMPLETENESS, *FRESHNESS, *DISTRIBUTIONS)
