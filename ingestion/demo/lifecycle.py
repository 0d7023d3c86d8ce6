"""Who comes on a day: liveliness, weekday, youth in the app, activities, churn and return."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from math import exp

from ingestion.demo.people import Population
from ingestion.demo.world import AppWorld, Person

CHURN_PER_VISIT = 0.03
RETURN_PER_DAY = 0.0025
RECALL_LIFT = 0.05
SILENT_DAYS = 30


class Lifecycle:
    """Decides per day who is there; keeps who was recalled when."""

    def __init__(self, world: AppWorld, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self.recalled: dict[int, date] = {}
        self._order: list[Person] = [person for person in world.people if person.arrival is None]

    def visitors(self, day: date, population: Population) -> Iterator[Person]:
        """People who come on that day, the newly arrived last."""
        factor = self._day_factor(day)
        roll = self.dice.random
        for person in self._order:
            if not person.is_alive:
                chance = RETURN_PER_DAY + (RECALL_LIFT if self._was_recalled(person, day) else 0.0)
                if roll() >= chance:
                    continue
                person.is_alive = True
                yield person
            elif roll() < self._chance(person, day, factor):
                yield person
            else:
                continue
            self._maybe_churn(person)
        arrived = population.arrivals(day)
        for person in arrived:
            yield person
            self._maybe_churn(person)
        self._order.extend(arrived)

    def _day_factor(self, day: date) -> float:
        weekend = self.world.app.weekend_factor if day.weekday() >= 5 else 1.0
        lift = max((a.visit_lift for a in self.world.activities if a.covers(day)), default=1.0)
        return weekend * lift * (0.4 if day > self.world.last_complete_day else 1.0)

    @staticmethod
    def _chance(person: Person, day: date, factor: float) -> float:
        chance = person.liveliness * factor
        if person.arrival is not None:
            chance += 0.3 * exp(-(day - person.arrival).days / 3)
        return min(chance, 0.97)

    def _maybe_churn(self, person: Person) -> None:
        hazard = CHURN_PER_VISIT * (0.3 if person.liveliness > 0.3 else 1.0)
        if not person.excluded and self.dice.random() < hazard:
            person.is_alive = False

    def _was_recalled(self, person: Person, day: date) -> bool:
        sent = self.recalled.get(person.number)
        return sent is not None and 0 <= (day - sent).days < 7

    def to_recall(self, day: date) -> list[Person]:
        """Signed-in people whom nobody saw for 30 days; each is tried every third week at most."""
        chosen = []
        for person in self._order:
            if person.last_day is None or not person.is_identified or person.excluded:
                continue
            if (day - person.last_day).days <= SILENT_DAYS:
                continue
            sent = self.recalled.get(person.number)
            if (sent is None or day - sent > timedelta(days=21)) and self.dice.random() < 0.08:
                self.recalled[person.number] = day
                chosen.append(person)
        return chosen
