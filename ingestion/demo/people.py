"""Who uses an app: people from before the window, arrivals by channel, staff, a bot, shared devices."""

import random
from datetime import date, timedelta
from itertools import accumulate

from ingestion.demo.company import ChannelPlan
from ingestion.demo.world import AppWorld, Device, Person

OLD_SHARE = 0.42
DAYS_BEFORE = 700


class Population:
    """Makes the people of one app, `total` in all, and says who arrives on which day."""

    def __init__(self, world: AppWorld, total: int, dice: random.Random) -> None:
        self.world, self.app, self.dice = world, world.app, dice
        self._platforms = [name for name, _ in self.app.platforms]
        self._platform_weights = list(accumulate(weight for _, weight in self.app.platforms))
        self._channel_weights = list(accumulate(channel.weight for channel in self.app.channels))
        self._unseen: dict[date, list[Person]] = {day: [] for day in world.days}
        old = int(total * OLD_SHARE)
        for _ in range(old):
            self._old_person()
        weights = list(accumulate(self._arrival_weight(day) for day in world.days))
        for day in dice.choices(world.days, cum_weights=weights, k=total - old):
            self._arrival(day)
        self._staff()
        self._bot()

    def arrivals(self, day: date) -> list[Person]:
        return self._unseen[day]

    def new_device(self, platform: str | None = None) -> Device:
        dice = self.dice
        chosen = platform or dice.choices(self._platforms, cum_weights=self._platform_weights)[0]
        version = dice.choices(self.app.versions, weights=(1, 3, 6))[0]
        return Device(f"dv-{dice.getrandbits(48):012x}", f"an-{dice.getrandbits(64):016x}", chosen, version)

    def _arrival_weight(self, day: date) -> float:
        weekend = self.app.weekend_factor if day.weekday() >= 5 else 1.0
        lift = max((a.visit_lift for a in self.world.activities if a.covers(day)), default=1.0)
        is_running = day > self.world.last_complete_day
        return weekend * (1 + (lift - 1) * 1.6) * (0.3 if is_running else 1.0)

    def _person(self, channel: ChannelPlan, arrival: date | None, identify_session: int) -> Person:
        dice, number = self.dice, len(self.world.people) + 1
        region, city = dice.choice(self.app.regions)
        kind = dice.random()
        if kind < 0.12:
            liveliness = dice.uniform(0.3, 0.7)
        elif kind < 0.45:
            liveliness = dice.uniform(0.08, 0.25)
        else:
            liveliness = dice.uniform(0.02, 0.08)
        person = Person(
            number=number,
            user_id=str(self.app.user_id_base + number * 7),
            channel=channel,
            campaign=dice.choice(channel.campaigns) if channel.campaigns else "",
            region=region,
            city=city,
            devices=[self.new_device()],
            liveliness=liveliness,
            arrival=arrival,
            identify_session=identify_session,
        )
        self.world.people.append(person)
        return person

    def _channel(self) -> ChannelPlan:
        return self.dice.choices(self.app.channels, cum_weights=self._channel_weights)[0]

    def _old_person(self) -> None:
        """Registered before the window; signs in during the first session that we see."""
        dice = self.dice
        person = self._person(self._channel(), None, 1)
        first = self.world.clock.moment(self.world.days[0], 0)
        person.registered_ms = first - dice.randrange(3_600_000, DAYS_BEFORE * 86_400_000)
        person.is_alive = dice.random() < 0.7
        if dice.random() < 0.15:
            person.devices.append(self.new_device())

    def _arrival(self, day: date) -> None:
        dice, kind = self.dice, self.dice.random()
        identify = 1 if kind < 0.58 else 2 if kind < 0.7 else 3 if kind < 0.76 else 0
        person = self._person(self._channel(), day, identify)
        self._unseen[day].append(person)
        others = self.world.people
        if kind < 0.02 and person.number > 50:
            self._share_device(person, others[dice.randrange(len(others) - 1)])
        elif kind < 0.1:
            person.devices.append(self.new_device())
        if person.channel.name == "invite" and len(others) > 20:
            host = others[dice.randrange(len(others) - 1)]
            person.invited_by = host if host.arrival is None else None

    @staticmethod
    def _share_device(person: Person, owner: Person) -> None:
        """The second user of a device is signed in from the first moment on (see visits.py)."""
        if owner.arrival is None and not owner.excluded:
            person.borrows_from = owner
            person.always_signed_in = True
            person.identify_session = 1

    def _staff(self) -> None:
        for position in range(3):
            person = self._person(self.app.channels[-1], None, 1)
            person.registered_ms = self.world.clock.moment(self.world.days[0], 0) - 400 * 86_400_000
            person.liveliness, person.excluded = 0.7, "staff" if position < 2 else "test account"
        joined = self._person(self.app.channels[-1], None, 1)
        joined.registered_ms = self.world.clock.moment(self.world.days[0], 0) - 90 * 86_400_000
        joined.liveliness, joined.excluded, joined.can_buy = 0.6, "joined the staff", False
        joined.excluded_from = self.world.days[0] + timedelta(days=len(self.world.days) // 2)

    def _bot(self) -> None:
        """Never signs in; excluded by its device."""
        person = self._person(self.app.channels[-1], None, 0)
        person.liveliness, person.excluded = 0.9, "bot"


def excluded_by_device(person: Person) -> bool:
    """A bot has no user_id that staff could list, only a device."""
    return person.excluded == "bot"
