"""Two hundred random histories end in the same tables as one full rebuild, whatever happens between the steps.

Forty apps a folder, each with an order, split, repetition and lateness of its own; five folders with what happens to
all of them. What is built upon earlier runs is compared row by row with a fresh warehouse over the same raw files.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingestion.manifest import Manifest
from tests.integration.event_histories import CATALOG, History, random_history
from tests.integration.history_folder import HistoryFolder

pytestmark = [pytest.mark.pipeline]

APPS, STEPS = 40, 5
#: Summer time ends in London a few days before, in Lord Howe three weeks before.
NOW = datetime(2026, 4, 12, 9, 30, tzinfo=UTC)


class Company:
    """The histories of one folder and the folder they are delivered to."""

    def __init__(self, path: Path, seed: str) -> None:
        self.dice = random.Random(seed)
        self.folder = HistoryFolder(path, NOW - timedelta(days=STEPS))
        self.histories = [app_history(seed, number) for number in range(APPS)]
        self.activities = [
            {"app_id": history.app["app_id"], "activity_id": "feast 1", "activity_name": "Feast",
             "start_at": "2026-03-25 00:00:00", "end_at": "2026-04-10 00:00:00"}
            for history in self.histories[::3]
        ]  # fmt: skip
        self.catalog = CATALOG
        self.deliver_workbook()

    def deliver_workbook(self) -> None:
        # Two apps are never listed.
        apps = [history.app for history in self.histories[2:]]
        exclusions = [row for history in self.histories for row in history.exclusions]
        self.folder.deliver_workbook(apps, self.catalog, exclusions, self.activities)

    def deliver(self, step: int) -> list[str]:
        """A day passes, and what the apps sent for this step arrives; without refreshing."""
        self.folder.as_of += timedelta(days=1)
        lines = [
            line for history in self.histories for line in (*history.steps[step], *history.profiles[step])
        ]
        self.dice.shuffle(lines)
        self.folder.deliver_orders([row for history in self.histories for row in states(history, step)])
        return self.folder.deliver_events(lines, files=self.dice.randrange(1, 4))

    def assert_equal(self) -> None:
        differences = self.folder.differences()
        assert differences == [], "\n".join(differences[:20])


def app_history(seed: str, number: int) -> History:
    """A fourth of the apps are old enough for orders whose window of attribution is over before others begin."""
    return random_history(seed, f"app {number}", STEPS, NOW, days=24 if number % 4 else 80)


def states(history: History, step: int) -> list[dict]:
    return history.orders[step] if history.orders else []


def steady_deliveries(company: Company) -> None:
    """Nothing but deliveries: each step builds upon the one before."""
    for step in range(STEPS):
        company.deliver(step)
        batches = company.folder.refresh()
        assert bool(batches.whole) == (step == 0), batches


def the_clock_and_the_gate(company: Company) -> None:
    """The clock advances without new data, and a held batch is accepted two steps later."""
    company.deliver(0)
    company.folder.refresh()
    held = company.deliver(1)
    Manifest(company.folder.path).set_state(held[0], "held")
    assert not company.folder.refresh().whole
    company.deliver(2)
    company.deliver(3)
    assert not company.folder.refresh().whole
    company.folder.as_of += timedelta(hours=5)
    assert not company.folder.refresh().add
    Manifest(company.folder.path).set_state(held[0], "accepted")
    assert held[0] in company.folder.refresh().add
    company.deliver(4)
    company.folder.as_of += timedelta(days=40)
    assert not company.folder.refresh().whole


def crashes(company: Company) -> None:
    """Killed after landing and in the middle of dbt, with other deliveries before the next try."""
    company.deliver(0)
    company.folder.refresh()
    company.deliver(1)
    company.folder.freeze()
    company.deliver(2)
    assert company.folder.refresh().whole
    for step, model in ((3, "int_kept_events"), (4, "int_sessions")):
        company.deliver(step)
        company.folder.killed_build(model)
    withdrawn = company.folder.deliver_events(
        [{**company.histories[0].steps[0][0], "event_id": "wrong"}], files=1
    )
    company.folder.killed_build("int_touched_user_days")
    Manifest(company.folder.path).set_state(withdrawn[0], "withdrawn")
    assert company.folder.refresh().whole
    company.folder.as_of += timedelta(hours=1)
    assert not company.folder.refresh().whole


def withdrawals(company: Company) -> None:
    """A loaded batch is withdrawn; what it had beaten or repeated comes back."""
    company.deliver(0)
    first = company.deliver(1)
    company.folder.refresh()
    company.deliver(2)
    company.folder.refresh()
    Manifest(company.folder.path).set_state(first[0], "withdrawn")
    company.deliver(3)
    assert company.folder.refresh().whole
    company.deliver(4)
    assert not company.folder.refresh().whole


def another_configuration(company: Company) -> None:
    """An app moves to another time zone, an event changes its meaning, users are excluded, the clock goes back."""
    company.deliver(0)
    company.folder.refresh()
    # The warehouse of an earlier version of the code, whose seed had one column less.
    company.folder.execute("alter table seeds.rfm_segments drop column segment_name_en")
    company.deliver(1)
    for history in company.histories[2:12]:
        history.app["timezone"] = "America/New_York"
    company.deliver_workbook()
    assert company.folder.refresh().whole
    company.deliver(2)
    company.catalog = [*CATALOG[:2], {"event_name": "like", "is_active_event": "false"}]
    company.histories[5].exclusions.append({"app_id": "app 5", "user_id": "user 1"})
    company.deliver_workbook()
    assert company.folder.refresh().whole
    company.deliver(3)
    assert not company.folder.refresh().whole
    company.folder.as_of -= timedelta(hours=3)
    assert company.folder.refresh().whole
    company.folder.as_of += timedelta(hours=3)
    company.deliver(4)
    assert not company.folder.refresh().whole


@pytest.mark.parametrize(
    "happenings",
    [
        pytest.param(story, id=story.__name__, marks=pytest.mark.xdist_group(f"histories_{story.__name__}"))
        for story in (steady_deliveries, the_clock_and_the_gate, crashes, withdrawals, another_configuration)
    ],
)
def test_the_tables_are_those_of_a_full_rebuild(
    happenings: Callable[[Company], None], tmp_path: Path
) -> None:
    company = Company(tmp_path, happenings.__name__)
    happenings(company)
    company.assert_equal()


def test_the_histories_restate_the_past() -> None:
    """In every folder apps hear of a user's first event, or whose a device is, after later ones were built; and of
    operations on profiles that the clock has yet to reach, and that were another user's."""
    for story in (steady_deliveries, the_clock_and_the_gate, crashes, withdrawals, another_configuration):
        earlier_first = late_identity = moved = reached = late_owner = 0
        for number in range(APPS):
            history = app_history(story.__name__, number)
            earlier_first += any(_first_comes_late(history, f"user {n}") for n in range(5))
            late_identity += any(_identified_late(history, f"device {n}") for n in range(3))
            moved += _moved_to_another_user(history)
            reached += _reached_later(history)
            late_owner += any(_owner_found_late(history, f"device {n}") for n in range(3))
        assert earlier_first >= 10, story.__name__
        assert late_identity >= 5, story.__name__
        assert min(moved, reached, late_owner) >= 5, (story.__name__, moved, reached, late_owner)


def _first_comes_late(history: History, user: str) -> bool:
    """The user's earliest event arrives in a later step than another one."""
    rows = [
        (step, row) for step, lines in enumerate(history.steps) for row in lines if row["user_id"] == user
    ]
    first = min(rows, key=lambda pair: pair[1]["occurred_at"], default=None)
    return first is not None and first[0] > min(step for step, _ in rows)


def _identified_late(history: History, device: str) -> bool:
    """Anonymous events of the device arrive in an earlier step than the first event that says whose it is."""
    steps: dict[bool, list[int]] = {True: [], False: []}
    for step, lines in enumerate(history.steps):
        for row in lines:
            if row["anonymous_id"] == device:
                steps[row["user_id"] is not None].append(step)
    return bool(steps[True] and steps[False]) and min(steps[False]) < min(steps[True])


def _moved_to_another_user(history: History) -> bool:
    """A version of an operation that was received before all that came in earlier steps names another user."""
    counting: dict[tuple, tuple[int, str | None]] = {}
    moved = False
    for lines in history.profiles:
        before = dict(counting)
        for line in (line for line in lines if "recv_time" in line):
            key = (line["type"], line["distinct_id"], line["time"], line["_track_id"])
            version = (line["recv_time"], line.get("login_id"))
            moved |= key in before and version[0] < before[key][0] and version[1] != before[key][1]
            counting[key] = min(counting.get(key, version), version, key=lambda pair: pair[0])
    return moved


def _reached_later(history: History) -> bool:
    """An operation arrives before the as-of moment reaches it, in one of the later steps."""
    return any(
        NOW - timedelta(days=STEPS - 1 - step) < datetime.fromtimestamp(line["time"] / 1000, UTC) <= NOW
        for step, lines in enumerate(history.profiles)
        for line in lines
    )


def _owner_found_late(history: History, device: str) -> bool:
    """An operation of the device alone arrives in an earlier step than the first event that says whose it is."""
    operations = [
        step
        for step, lines in enumerate(history.profiles)
        for line in lines
        if line["distinct_id"] == device and "login_id" not in line
    ]
    owners = [
        step
        for step, lines in enumerate(history.steps)
        for row in lines
        if row["anonymous_id"] == device and row["user_id"] is not None
    ]
    return bool(operations and owners) and min(operations) < min(owners)
