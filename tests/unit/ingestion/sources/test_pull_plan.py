"""Which dates are asked again, and in which ranges."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ingestion.sources.pull_plan import needed_dates, ranges

LA = ZoneInfo("America/Los_Angeles")
AS_OF = datetime(2026, 4, 1, 1, tzinfo=UTC)


def plan(observations: dict[date, datetime], **changed: object) -> list[date]:
    wanted = {
        "first": date(2026, 3, 1),
        "last": date(2026, 3, 10),
        "restatement_days": 3,
        "zone": LA,
        "stale_before": AS_OF - timedelta(minutes=60),
    }
    return needed_dates(observations, **{**wanted, **changed})  # type: ignore[arg-type]


def days(*numbers: int) -> list[date]:
    return [date(2026, 3, number) for number in numbers]


def test_everything_is_needed_at_first_and_nothing_right_after() -> None:
    assert plan({}) == days(*range(1, 11))
    assert plan(dict.fromkeys(days(*range(1, 11)), AS_OF)) == []


def test_a_gap_is_needed_however_old() -> None:
    observed = dict.fromkeys(days(1, 2, 4, 5, 6, 7, 8, 9, 10), AS_OF)
    assert plan(observed) == days(3)


def test_open_dates_are_asked_again_after_an_hour() -> None:
    # 10 March 20:00 in Los Angeles: 7 to 10 March were at most 3 days old there.
    observed = dict.fromkeys(days(*range(1, 11)), datetime(2026, 3, 11, 3, tzinfo=UTC))
    assert plan(observed) == days(7, 8, 9, 10)
    recent = {**observed, date(2026, 3, 9): AS_OF - timedelta(minutes=59)}
    assert plan(recent) == days(7, 8, 10)


def test_a_date_seen_after_its_window_is_final() -> None:
    observed = dict.fromkeys(days(*range(1, 11)), datetime(2026, 3, 20, tzinfo=UTC))
    assert plan(observed) == []


def test_no_dates_before_the_first_or_when_there_is_no_whole_day_yet() -> None:
    assert plan({}, last=date(2026, 2, 28)) == []


def test_ranges_are_runs_of_limited_length() -> None:
    assert ranges(days(3, 1, 2, 5, 5), 30) == [(date(2026, 3, 1), date(2026, 3, 3)), (date(2026, 3, 5),) * 2]
    assert ranges(days(*range(1, 9)), 7) == [(date(2026, 3, 1), date(2026, 3, 7)), (date(2026, 3, 8),) * 2]
    assert ranges([], 7) == []
