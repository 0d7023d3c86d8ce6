"""Local days, also where the clock changes."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from ingestion.demo.clock import LocalClock, iso_utc

CLOCK = LocalClock("America/Los_Angeles", date(2026, 3, 1), date(2026, 3, 20))


def test_the_hour_that_summer_time_skips_becomes_the_next_one() -> None:
    moment = CLOCK.moment(date(2026, 3, 8), 2.5 * 3600)
    assert CLOCK.offset_text(moment) == "2026-03-08T03:00:00.000-07:00"


def test_wall_time_is_kept_on_both_sides_of_the_change() -> None:
    for day, hour in ((7, 9), (8, 1), (8, 9), (9, 23)):
        moment = CLOCK.moment(date(2026, 3, day), hour * 3600)
        assert CLOCK.wall(moment) == datetime(2026, 3, day, hour)  # noqa: DTZ001 - a wall clock has no zone
        assert CLOCK.day(moment) == date(2026, 3, day)


def test_midnight_belongs_to_the_new_day() -> None:
    midnight = int(datetime(2026, 3, 9, tzinfo=ZoneInfo("America/Los_Angeles")).timestamp()) * 1000
    assert (CLOCK.day(midnight - 1), CLOCK.day(midnight)) == (date(2026, 3, 8), date(2026, 3, 9))
    assert iso_utc(midnight) == "2026-03-09T07:00:00.000Z"
