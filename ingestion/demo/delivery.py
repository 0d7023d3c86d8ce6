"""How events reach the company's collector: some late, some twice, a few broken, one file per app and week."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ingestion.demo.clock import iso_utc
from ingestion.demo.encoding import encode, event_line
from ingestion.demo.parameters import AS_OF_MS
from ingestion.demo.world import Action, AppWorld

DAY_MS = 86_400_000
LATE_SHARE, TWICE_SHARE, SAME_FILE_TWICE_SHARE, NO_RECEIVED_SHARE = 0.012, 0.005, 0.001, 0.01


@dataclass
class Delivery:
    """Lines of one app by file, each with the moment by which the file is sorted; and what was put in."""

    app_id: str
    #: First day of the file's arrival week -> (moment, line).
    files: dict[date, list[tuple[int, str]]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def file_names(self) -> dict[date, str]:
        starts = sorted(self.files)
        return {start: f"{self.app_id}_{start:%Y%m%d}.ndjson.gz" for start in starts}


class Collector:
    """Receives the events of one app."""

    def __init__(self, world: AppWorld, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self.delivery = Delivery(world.app.app_id)
        first = world.days[0] - timedelta(days=world.days[0].weekday())
        weeks = (world.days[-1] - first).days // 7 + 1
        self._starts = [first + timedelta(days=7 * n) for n in range(weeks)]
        self.delivery.files = {start: [] for start in self._starts}

    def collect(self) -> Delivery:
        for action in self.world.actions:
            self._collect(action)
        self._put_noise()
        for lines in self.delivery.files.values():
            lines.sort()
        return self.delivery

    def _collect(self, action: Action) -> None:
        dice, counts = self.dice, self.delivery.counts
        received: int | None = self._received(action)
        arrival = received if received is not None else action.moment
        if received is not None and dice.random() < NO_RECEIVED_SHARE:
            received, arrival = None, action.moment
        line = event_line(self.world, action, self._event_id(), received)
        week = self._week(arrival)
        self.delivery.files[week].append((arrival, line))
        counts["events"] += 1
        if received is not None and received - action.moment >= DAY_MS:
            counts["late"] += 1
        roll = dice.random()
        if roll < TWICE_SHARE and week != self._starts[-1]:
            after = self._starts[self._starts.index(week) + 1]
            moment = self.world.clock.moment(max(after, self.world.days[0]), 3600)
            self.delivery.files[after].append((moment, line))
            counts["repeated"] += 1
        elif roll > 1 - SAME_FILE_TWICE_SHARE:
            self.delivery.files[week].append((arrival + 1, line))
            counts["repeated"] += 1

    def _event_id(self) -> str:
        return f"{self.dice.getrandbits(64):016x}"

    def _week(self, moment: int) -> date:
        day = self.world.clock.day(moment)
        return self._starts[(day - self._starts[0]).days // 7]

    def _received(self, action: Action) -> int:
        """Seconds later as a rule; one in 80 a phone without network brings 1–6 days later, in a later file."""
        dice = self.dice
        if action.device is not None and dice.random() < LATE_SHARE:
            late = action.moment + dice.randrange(DAY_MS, 6 * DAY_MS)
            if late < AS_OF_MS and self._week(late) != self._week(action.moment):
                return late
        return min(action.moment + 80 + int(dice.expovariate(1 / 2_500)), AS_OF_MS)

    def _put_noise(self) -> None:
        """Lines that cannot be events, blank lines, and events that stand outside all reports.

        None of them may count: ids are fresh, and the events outside belong to people who are known anyway.
        """
        known = [
            a for a in self.world.actions if a.shows_user and a.device is not None and not a.person.excluded
        ]
        for start in self._starts:
            lines = self.delivery.files[start]
            if not lines:
                continue
            for reason, line in self._broken(self.dice.choice(known)):
                if self.dice.random() < 0.6:
                    lines.append((self.dice.choice(lines)[0], line))
                    self.delivery.counts[reason] += 1
        for reason, shift in (
            ("clock_ahead", 40 * DAY_MS),
            ("clock_behind", -500 * DAY_MS),
            ("clock_next_week", 9 * DAY_MS),
        ):
            for _ in range(3):
                action = self.dice.choice(known)
                event = self._fields(action, action.moment + shift)
                event["received_at"] = iso_utc(action.moment + 1500)
                self.delivery.files[self._week(action.moment)].append((action.moment + 1500, encode(event)))
                self.delivery.counts[reason] += 1

    def _broken(self, action: Action) -> list[tuple[str, str]]:
        event = self._fields(action, action.moment)
        whole = encode(event)
        nobody = {**event, "user_id": "null", "anonymous_id": ""}
        nameless = {name: value for name, value in event.items() if name != "event_name"}
        return [
            ("broken_json", whole[: len(whole) * 2 // 3]),
            ("no_event_name", encode(nameless)),
            ("blank", ""),
            ("bad_timestamp", encode({**event, "occurred_at": "2026-02-31 25:61:00"})),
            ("no_user", encode(nobody)),
        ]

    def _fields(self, action: Action, moment: int) -> dict[str, Any]:
        return {
            "event_id": self._event_id(),
            "app_id": self.world.app.app_id,
            "event_name": "page_view",
            "user_id": action.person.user_id,
            "occurred_at": iso_utc(moment),
            "platform": action.platform,
            "properties": {"page": "/home"},
        }
