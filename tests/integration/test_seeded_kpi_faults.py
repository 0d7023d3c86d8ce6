"""Faults put into the tables of a finished build, of every kind that a KPI can be wrong by: readers never see them.

The demo company was built and published once; each fault gets a copy of it. 60 clean days raise no alarm.
"""

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
from tests.integration.kpi_faults import DAY, FAULTS, KINDS, USUAL, Fault, set_days
from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]
CLEAN_DAYS = 60


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
    assert seeded.identity in harmed.identities(seeded.caught_by)


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


def test_there_are_faults_of_every_kind() -> None:
    assert all(len(faults) >= 4 for faults in KINDS.values())
    assert sum(map(len, KINDS.values())) >= 20
