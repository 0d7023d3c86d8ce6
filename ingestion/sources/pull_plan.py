"""Which report dates of an account to ask for, and in which ranges."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ingestion.manifest import Manifest
from ingestion.scratch import small_connection

#: When an account gives no start_date.
DEFAULT_HISTORY_DAYS = 90


class Observations:
    """When each date of each account and entity of a source was last pulled whole.

    Batches that are held or withdrawn do not count: what was in them must be pulled again.
    """

    def __init__(self, manifest: Manifest, source: str) -> None:
        self._newest: dict[tuple[str, str], dict[date | None, datetime]] = {}
        paths = [str(path) for path in manifest.raw_files(source, "pulls", states=("landed", "accepted"))]
        if not paths:
            return
        with small_connection() as connection:
            answer = connection.sql(
                "select account_id, entity, report_date, max(observed_at) as observed_at "
                "from read_parquet($paths, union_by_name = true) "
                "where status = 'complete' group by all",
                params={"paths": paths},
            )
            for row in answer.to_arrow_table().to_pylist():
                days = self._newest.setdefault((row["account_id"], row["entity"]), {})
                days[row["report_date"]] = row["observed_at"].astimezone(UTC)

    def of(self, account_id: str, entities: Iterable[str]) -> dict[date, datetime]:
        """Report date → the newest moment (UTC) at which all `entities` of it had been pulled whole."""
        known = [self._newest.get((account_id, entity), {}) for entity in entities]
        common = set.intersection(*(set(days) for days in known))
        return {day: min(days[day] for days in known) for day in common if day is not None}

    def newest(self, account_id: str) -> datetime | None:
        """The last moment at which anything of the account came whole."""
        moments = [
            moment
            for (account, _), days in self._newest.items()
            if account == account_id
            for moment in days.values()
        ]
        return max(moments, default=None)

    def state_of(self, account_id: str, entities: Iterable[str]) -> datetime | None:
        """The newest moment at which entities that have no report date had all been pulled whole."""
        known = [self._newest.get((account_id, entity), {}).get(None) for entity in entities]
        moments = [moment for moment in known if moment is not None]
        return min(moments) if len(moments) == len(known) else None


def needed_dates(
    observations: dict[date, datetime],
    *,
    first: date,
    last: date,
    restatement_days: int,
    zone: ZoneInfo,
    stale_before: datetime,
) -> list[date]:
    """Dates of first..last that were never pulled whole, or whose figures may have changed since.

    A figure may change while its date was at most `restatement_days` old when it was last observed;
    such a date is asked again when that observation was before `stale_before`.
    """
    needed = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        observed = observations.get(day)
        if observed is None:
            needed.append(day)
            continue
        was_open = (observed.astimezone(zone).date() - day).days <= restatement_days
        if was_open and observed < stale_before:
            needed.append(day)
    return needed


def ranges(dates: Sequence[date], longest_days: int) -> list[tuple[date, date]]:
    """Runs of neighbouring dates, none longer than `longest_days`, oldest first."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(dates)):
        if runs:
            first, last = runs[-1]
            if day - last == timedelta(days=1) and (day - first).days < longest_days:
                runs[-1] = (first, day)
                continue
        runs.append((day, day))
    return runs


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
