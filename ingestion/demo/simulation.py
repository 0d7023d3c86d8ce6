"""Lets the company live through its days and hands back what happened."""

import random
from datetime import date, timedelta

from ingestion.demo.catalog import KIND_OF
from ingestion.demo.clock import LocalClock
from ingestion.demo.company import APPS, AppPlan, plan_activities
from ingestion.demo.editorial import Editorial
from ingestion.demo.lifecycle import Lifecycle
from ingestion.demo.parameters import AS_OF_MS, LAST_DAY, Parameters
from ingestion.demo.people import Population
from ingestion.demo.service import open_tickets
from ingestion.demo.shop import LATEST, Shop
from ingestion.demo.visits import Visits
from ingestion.demo.world import Action, AppWorld, Person

#: Visits per hour of the local day; the evening is busy, midnight is not empty.
HOURS = (
    2.2,
    1.2,
    0.8,
    0.5,
    0.4,
    0.6,
    1.6,
    3.4,
    4.6,
    4.8,
    4.6,
    4.9,
    6.4,
    5.6,
    4.6,
    4.4,
    4.6,
    5.0,
    6.2,
    7.4,
    8.8,
    9.2,
    7.4,
    5.0,
)


def simulate(parameters: Parameters) -> list[AppWorld]:
    """Every app's whole story, from the first simulated day to the as-of moment."""
    return [_simulate_app(parameters, app) for app in APPS]


def _simulate_app(parameters: Parameters, app: AppPlan) -> AppWorld:
    dice = parameters.dice(f"people of {app.app_id}")
    clock = LocalClock(app.timezone, parameters.first_day, LAST_DAY + timedelta(days=1))
    running = clock.day(AS_OF_MS)
    days = [
        parameters.first_day + timedelta(days=n) for n in range((running - parameters.first_day).days + 1)
    ]
    activities = [activity for activity in plan_activities(parameters) if activity.app_id == app.app_id]
    world = AppWorld(app, clock, days, running - timedelta(days=1), activities)
    population = Population(world, round(parameters.users * app.share), dice)
    _live(world, population, parameters.dice(f"days of {app.app_id}"))
    open_tickets(world, parameters.dice(f"tickets of {app.app_id}"))
    world.actions.sort(key=lambda action: (action.moment, action.person.number))
    return world


def _live(world: AppWorld, population: Population, dice: random.Random) -> None:
    editorial, shop = Editorial(world, dice), Shop(world, dice)
    visits = Visits(world, dice, editorial, shop, population)
    lifecycle = Lifecycle(world, dice)
    for day in world.days:
        editorial.publish_by_house(day)
        for person in lifecycle.to_recall(day):
            _send(world, person, "recall_sent", world.clock.moment(day, 36_000 + dice.randrange(3_600)), {
                "recall_channel": dice.choice(("sms", "push")),
            })  # fmt: skip
        for person in lifecycle.visitors(day, population):
            for start in _starts(world, day, dice):
                visits.visit(person, start)
    shop.settle_points()
    for refund in world.refunds:
        order = refund.order
        _send(world, order.person, "refund", refund.moment + 1_000, {
            "order_id": order.order_id, "revenue": str(refund.amount), "currency": order.currency,
        })  # fmt: skip
    _push(world, dice)


def _starts(world: AppWorld, day: date, dice: random.Random) -> list[int]:
    """When the visits of a person begin on that day."""
    roll = dice.random()
    count = 1 if roll < 0.7 else 2 if roll < 0.92 else 3
    hours = dice.choices(range(24), weights=HOURS, k=count)
    return sorted(world.clock.moment(day, hour * 3600 + dice.random() * 3600) for hour in hours)


def _send(world: AppWorld, person: Person, name: str, moment: int, properties: dict[str, str]) -> None:
    """An event that a server wrote: it has a user, no device and no session."""
    if moment < LATEST:
        day = world.clock.day(moment)
        world.actions.append(Action(person, moment, day, KIND_OF[name], None, None, "", True, properties))


def _push(world: AppWorld, dice: random.Random) -> None:
    """Weekly pushes to some signed-in people; nobody becomes active by being sent something."""
    known = [person for person in world.people if person.is_identified]
    for day in world.days[7::7]:
        for person in dice.sample(known, k=len(known) // 20):
            if person.last_day is not None and person.registered_ms is not None:
                moment = world.clock.moment(day, 43_200 + dice.randrange(1_800))
                if moment > person.registered_ms:
                    _send(world, person, "push_delivered", moment, {"campaign": "weekly_digest"})
