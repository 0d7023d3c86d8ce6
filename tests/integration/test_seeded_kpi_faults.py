"""Faults put into the tables of a finished build, of every kind that a KPI can be wrong by: readers never see them.

The demo company was built and published once; each fault gets a copy of it. 60 clean days raise no alarm.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.expectations import kpis
from orchestration.expectations.kpi_view import kpi_view
from orchestration.expectations.runner import judge
from orchestration.freeze import WAREHOUSE
from orchestration.publication.accepted_days import accept_days
from orchestration.publication.guard import guard
from orchestration.publication.verify import NotPublishable
from tests.integration.kpi_company import Company
from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]
#: Some days before the last complete one.
DAY = "date '2026-03-24'"
APP_DAY = f"app_id <> '*' and period_start = {DAY}"
COMPANY_DAY = f"app_id = '*' and period_start = {DAY}"
CLEAN_DAYS = 60
USUAL = "kpis_look_as_usual"


@dataclass(frozen=True)
class Fault:
    name: str
    caught_by: str
    statements: tuple[str, ...]
    tables: frozenset[str]
    #: What is built from fct_kpi was built after the harm was done: nothing disagrees.
    is_consistent: bool


def fault(
    name: str, caught_by: str, *statements: str, tables: str = "fct_kpi", is_consistent: bool = False
) -> Fault:
    return Fault(name, caught_by, statements, frozenset(tables.split()), is_consistent)


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
        "the company has an order that no app has", "assert_kpi_company_is_the_sum_of_its_apps",
        f"update kpi.fct_kpi set numerator = numerator + 1, value = value + 1 "
        f"where {rows('orders', COMPANY_DAY)}",
    ),
    fault(
        "a channel of new users is lost", "assert_kpi_parts_of_a_dimension_add_up",
        f"""delete from kpi.fct_kpi where kpi_code = 'new_users' and dimension = 'channel' and grain = 'day'
        and period_start = {DAY} and value > 0""",
    ),
    fault(
        "a week is counted twice", "assert_kpi_longer_periods_add_up",
        f"update kpi.fct_kpi set numerator = 2 * numerator, value = 2 * value where {rows('gmv', grain='week')}",
    ),
    fault(
        "ARPPU of other users than the paying rate", "assert_kpi_arpu_factors_close",
        f"update kpi.fct_kpi set denominator = denominator + 1 where {rows('arppu', f'period_start = {DAY}')}",
    ),
    fault(
        "net revenue forgets refunds", "assert_kpi_related_kpis_agree",
        """update kpi.fct_kpi as kpi set numerator = gross.numerator, value = gross.value
        from (from kpi.fct_kpi where kpi_code = 'gross_revenue') as gross
        where kpi.kpi_code = 'net_revenue' and kpi.app_id = gross.app_id and kpi.grain = gross.grain
            and kpi.period_start = gross.period_start and kpi.dimension = gross.dimension
            and kpi.dimension_value = gross.dimension_value""",
    ),
    fault(
        "clicks per page view instead of per impression", "assert_kpi_related_kpis_agree",
        "update kpi.fct_kpi set denominator = denominator * 2, value = value / 2 where kpi_code = 'ctr'",
    ),
    fault(
        "more users in a week than in the month around it", "assert_kpi_related_kpis_agree",
        f"update kpi.fct_kpi set numerator = 1, value = 1 where {rows('mau', f'period_start = {DAY}')}",
    ),
    fault(
        "a ratio that is not its parts", "assert_kpi_related_kpis_agree",
        f"update kpi.fct_kpi set value = value * 1.01 where {rows('avg_session_seconds', f'period_start = {DAY}')}",
    ),
    fault(
        "a count that is not its numerator", "fct_kpi_counts_and_money_are_their_numerator",
        f"update kpi.fct_kpi set value = value + 1 where {rows('tickets', f'period_start = {DAY}')}",
    ),
    fault(
        "a change that its parts do not explain", "assert_kpi_contributions_add_up",
        """update kpi.fct_kpi_contribution set change_total = change_total + 1
        where kpi_code = 'orders' and driver_dimension = 'channel'""",
        tables="fct_kpi_contribution",
    ),
    fault(
        "KPIs of an earlier build than the orders", "assert_kpi_agrees_with_the_marts",
        "delete from marts.fct_orders where order_date > date '2026-03-20'", tables="fct_orders",
    ),
    fault(
        "active users who are neither new nor known", "active_users_are_new_returning_or_resurrected",
        f"update marts.fct_user_lifecycle set active_users = active_users + 1 where period_start = {DAY}",
        tables="fct_user_lifecycle",
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
        "a ratio without value", "fct_kpi_ratio_without_denominator_is_null",
        f"update kpi.fct_kpi set value = null where {rows('bounce_rate', f'period_start = {DAY}')}",
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
FAULTS = (*IDENTITIES, *COMPLETENESS, *FRESHNESS, *DISTRIBUTIONS)


@pytest.fixture(scope="module")
def company(demo_run: Run) -> Company:
    return Company.of(demo_run.data_dir, demo_run.target_path)


@pytest.mark.parametrize("seeded", FAULTS, ids=lambda seeded: seeded.name.replace(" ", "_"))
def test_a_fault_does_not_reach_readers(seeded: Fault, company: Company, tmp_path: Path) -> None:
    harmed = company.copy(tmp_path / "company")
    before = harmed.version()
    followers = harmed.followers if seeded.is_consistent else {}
    harmed.harm(*seeded.statements, *followers.values())
    with pytest.raises(NotPublishable, match=seeded.caught_by):
        harmed.gate(seeded.tables | followers.keys())
    assert harmed.version() == before


def test_a_sound_company_passes_and_so_does_what_a_person_accepted(company: Company, tmp_path: Path) -> None:
    sound = company.copy(tmp_path / "company")
    before = sound.version()
    many = set_days("content_views", "100 * numerator", f"({DAY})")
    sound.harm(*many, *sound.followers.values())
    with pytest.raises(NotPublishable, match=USUAL):
        sound.gate(frozenset({"fct_kpi"}))
    accept_days(sound.path, "2026-03-24..2026-03-25")
    sound.gate(frozenset({"fct_kpi"}))
    assert sound.version() != before
    with duckdb.connect(str(sound.path / "published" / "ops.duckdb"), read_only=True) as readers:
        revised = readers.execute(
            "select distinct kpi_code from kpi.fct_kpi_revision where grain = 'day' and period_start = '2026-03-24'"
        ).fetchall()
    assert revised == [("content_views",)]
    sound.gate(frozenset({"fct_kpi"}))  # what readers know is not judged again


def test_sixty_clean_days_raise_no_false_alarm(company: Company) -> None:
    assert [outcome for outcome in company.outcomes(all_tables(company)) if not outcome.passed] == []
    with duckdb.connect() as connection:
        view = kpi_view(connection, company.path / WAREHOUSE, Path("nothing"), new_days=CLEAN_DAYS)
        frames = kpis.frames(view)
        assert kpis.late(view) == []
    judged = {frame.name: frame.rows for frame in frames}
    assert judged["days after calm weeks"]["day"].nunique() >= CLEAN_DAYS - kpis.SOME_DAYS
    assert judged["days against the day before"]["day"].nunique() >= CLEAN_DAYS
    assert judge("kpis", frames).unmet == ()


def test_a_day_that_was_delivered_twice_is_seen(company: Company, tmp_path: Path) -> None:
    """The guard alone: in a whole run the marts would disagree first."""
    harmed = company.copy(tmp_path / "company", published=False)
    harmed.harm(
        f"""update kpi.fct_kpi as kpi set value = before.value, numerator = before.numerator
        from (from kpi.fct_kpi where grain = 'day' and period_start = {DAY} - 1) as before
        where kpi.grain = 'day' and kpi.period_start = {DAY} and kpi.app_id = before.app_id
            and kpi.kpi_code = before.kpi_code and kpi.dimension = before.dimension
            and kpi.dimension_value = before.dimension_value"""
    )
    usual, fresh = guard(harmed.path, judge)
    assert (usual.passed, fresh.passed) == (False, True)
    assert "a day is not the day before once more" in usual.message
    assert "make accept DAYS=2026-03-" in usual.message


def test_kpis_that_are_late_are_named_and_published(company: Company, tmp_path: Path) -> None:
    late = company.copy(tmp_path / "company", published=False)
    late.harm(
        f"""update kpi.fct_kpi set is_complete = false
        where kpi_code = 'ad_spend' and app_id = 'aurora' and period_start > {DAY}"""
    )
    usual, fresh = guard(late.path, judge)
    assert (usual.passed, fresh.passed, fresh.is_blocking) == (True, False, False)
    assert fresh.message == "aurora ad_spend: 7 days"


def all_tables(company: Company) -> frozenset[str]:
    return frozenset(name for check in company.checks for name in check.tables)


def kinds() -> Iterator[tuple[str, int]]:
    yield from (("identities", len(IDENTITIES)), ("completeness", len(COMPLETENESS)))
    yield from (("freshness", len(FRESHNESS)), ("distributions", len(DISTRIBUTIONS)))


def test_there_are_faults_of_every_kind() -> None:
    assert all(count >= 4 for _, count in kinds())
    assert sum(count for _, count in kinds()) >= 20
