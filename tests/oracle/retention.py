"""Who came back: `marts.fct_user_retention`."""

from datetime import date

from tests.oracle.company import App, Row
from tests.oracle.life import Life
from tests.oracle.lifecycle import GRAINS, periods_of
from tests.oracle.users import User

NEW_NUMBERS = {"day": [*range(31), 60, 90], "week": range(13), "month": range(13)}
ACTIVE_NUMBERS = {"day": range(31), "week": range(13), "month": range(13)}
Cohorts = dict[tuple[str, str, int], list[User]]  # (dimension, value, index of the period) -> users


def retention_of(
    apps: dict[str, App], lives: dict[str, Life], users: dict[tuple[str, str], User]
) -> dict[tuple, Row]:
    """Keyed by app, cohort type, grain, cohort start, retention type, number, dimension and value."""
    rows: dict[tuple, Row] = {}
    for app_id, life in lives.items():
        members = [user for user in users.values() if user.app_id == app_id and user.active_dates]
        for grain in GRAINS:
            rows |= _Grain(apps[app_id], life, grain, members).rows()
    return rows


class _Grain:
    """One app and grain; a period is known by its index in the calendar that ends with the running day."""

    def __init__(self, app: App, life: Life, grain: str, members: list[User]) -> None:
        self.app, self.life, self.grain, self.members = app, life, grain, members
        self.starts = periods_of(app, life, grain, app.running_day)
        self.index = {start: number for number, start in enumerate(self.starts)}
        self.active = {user.user_id: self._periods(user.active_dates) for user in members}
        complete_days = {
            user.user_id: [day for day in user.active_dates if day <= app.last_day] for user in members
        }
        self.active_by_last_day = {user: self._periods(days) for user, days in complete_days.items()}

    def _periods(self, days: list[date]) -> set[int]:
        return {self.index[self.app.period_start(day, self.grain)] for day in days}

    def rows(self) -> dict[tuple, Row]:
        rows: dict[tuple, Row] = {}
        for (dimension, value, first), cohort in self._new_cohorts().items():
            types = ("on", "within", "on_or_after") if dimension == "all" else ("on",)
            for kind in types:
                for number in NEW_NUMBERS[self.grain]:
                    rows |= self._cell("new", first, kind, number, dimension, value, cohort)
        for first in range(len(self.starts)):
            cohort = [user for user in self.members if first in self.active[user.user_id]]
            if cohort:
                for kind in ("on", "within"):
                    for number in ACTIVE_NUMBERS[self.grain]:
                        rows |= self._cell("active", first, kind, number, "all", "all", cohort)
        return rows

    def _new_cohorts(self) -> Cohorts:
        cohorts: Cohorts = {}
        for user in self.members:
            if user.is_new:
                first = min(self.active[user.user_id])
                assert user.first_event is not None
                values = {"all": "all", "channel": user.channel, "platform": user.first_event.platform}
                for dimension, value in values.items():
                    cohorts.setdefault((dimension, value or "(unknown)", first), []).append(user)
        return cohorts

    def _cell(
        self,
        cohort_type: str,
        first: int,
        kind: str,
        number: int,
        dimension: str,
        value: str,
        cohort: list[User],
    ) -> dict[tuple, Row]:
        if first + number >= len(self.starts):
            return {}  # period N has not begun
        retained = sum(self._is_retained(user.user_id, first, kind, number) for user in cohort)
        end = self.app.period_end(self.starts[first + number], self.grain)
        is_known = cohort_type == "active" or self.starts[first] >= self.life.new_known_from
        key = (self.app.app_id, cohort_type, self.grain, self.starts[first], kind, number, dimension, value)
        return {
            key: {
                "cohort_users": len(cohort),
                "retained_users": retained,
                "retention_rate": retained / len(cohort),
                "is_mature": self.life.is_whole(self.starts[first], end) and is_known,
                "as_of_date": self.app.last_day,
            }
        }

    def _is_retained(self, user_id: str, first: int, kind: str, number: int) -> bool:
        if number == 0:
            return True
        if kind == "on":
            return first + number in self.active[user_id]
        if kind == "within":
            return any(first + n in self.active[user_id] for n in range(1, number + 1))
        return any(period >= first + number for period in self.active_by_last_day[user_id])
