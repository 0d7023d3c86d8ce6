"""Local days of an app, kept as a table of midnights: the simulator's own notion of a business date."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_SECONDS = 86_400


def iso_utc(milliseconds: int) -> str:
    """ISO 8601 in UTC with milliseconds and Z."""
    text = datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat()
    return f"{text[:19]}.{milliseconds % 1000:03d}Z"


class LocalClock:
    """Days of one IANA zone between `first` and `last`; moments are UTC milliseconds."""

    def __init__(self, timezone: str, first: date, last: date) -> None:
        self.zone = ZoneInfo(timezone)
        self.first = first
        days = (last - first).days + 2
        self._midnights = [self._midnight(first + timedelta(days=n)) for n in range(days)]

    def _midnight(self, day: date) -> int:
        return int(datetime.combine(day, time(), self.zone).timestamp()) * 1000

    def moment(self, day: date, wall_seconds: float) -> int:
        """The moment when the wall clock of that day shows so many seconds after midnight.

        A wall time that the change to summer time skips becomes the hour after it.
        """
        index = (day - self.first).days
        start, end = self._midnights[index], self._midnights[index + 1]
        skipped = DAY_SECONDS - (end - start) // 1000
        elapsed = wall_seconds
        if skipped and wall_seconds >= 2 * 3600:
            elapsed = max(2 * 3600.0, wall_seconds - skipped)
        return min(start + int(elapsed * 1000), end - 1)

    def day(self, milliseconds: int) -> date:
        """The local date of a moment; moments outside the table belong to its ends."""
        index = bisect_right(self._midnights, milliseconds) - 1
        return self.first + timedelta(days=max(index, 0))

    def offset_text(self, milliseconds: int) -> str:
        """ISO 8601 with the zone's own offset, as a phone in that zone would write it."""
        whole = datetime.fromtimestamp(milliseconds // 1000, self.zone)
        text = whole.isoformat()
        return f"{text[:19]}.{milliseconds % 1000:03d}{text[19:]}"

    def wall(self, milliseconds: int) -> datetime:
        """The naive wall-clock time of a moment."""
        whole = datetime.fromtimestamp(milliseconds // 1000, self.zone)
        return whole.replace(tzinfo=None, microsecond=milliseconds % 1000 * 1000)
