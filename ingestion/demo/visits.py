"""One visit of one person: the events of a session and what they cause."""

import random
from decimal import Decimal
from typing import Any

from ingestion.demo.catalog import KIND_OF
from ingestion.demo.editorial import Editorial
from ingestion.demo.parameters import AS_OF_MS
from ingestion.demo.people import Population
from ingestion.demo.shop import Shop
from ingestion.demo.world import Action, AppWorld, Device, Person

#: No visit lasts longer; one that could outlast the as-of moment does not begin, so visits are whole.
LONGEST_MS = 2 * 3_600_000
PAGES = ("/home", "/discover", "/mine", "/topic", "/shop", "/message")
FEATURES = ("night_mode", "collections", "live", "drafts", "ai_summary")
STEPS = (
    "page_view",
    "content_view",
    "item_view",
    "search",
    "feature_use",
    "publish",
    "invite_sent",
    "report_content",
)
STEP_WEIGHTS = (24.0, 60.0, 69.0, 73.0, 81.0, 81.8, 82.4, 82.6)
CONTENT_REACTIONS = (
    ("content_complete", 0.42), ("like", 0.13), ("favorite", 0.05), ("comment", 0.04), ("share", 0.03),
    ("follow", 0.02),
)  # fmt: skip
LATER_MARKS = ({"utm_source": "wechat", "utm_medium": "social"}, {"channel": "organic"})


class Visits:
    """Writes what people do in an app into its world."""

    def __init__(
        self, world: AppWorld, dice: random.Random, editorial: Editorial, shop: Shop, population: Population
    ) -> None:
        self.world, self.dice = world, dice
        self.editorial, self.shop, self.population = editorial, shop, population

    def visit(self, person: Person, start: int) -> None:
        """One session that starts at `start` (UTC ms); none when it could outlast the as-of moment."""
        if start + LONGEST_MS > AS_OF_MS:
            return
        person.sessions += 1
        device = self._device(person, start)
        visit = _Visit(self, person, device, start)
        visit.play()
        person.last_day = self.world.clock.day(start)

    def _device(self, person: Person, start: int) -> Device:
        owner = person.borrows_from
        if owner is not None and person.sessions == 1:
            known = owner.known_on.get(owner.devices[0].anonymous_id)
            # The owner's sign-in on it must lie before: the first user of an anonymous_id keeps it.
            if known is not None and (self.world.clock.day(start) - known).days >= 2:
                person.devices = [owner.devices[0]]
        if len(person.devices) > 1 and person.is_identified and self.dice.random() < 0.3:
            return person.devices[1]
        return person.devices[0]


class _Visit:
    """The state of one running visit."""

    def __init__(self, visits: Visits, person: Person, device: Device, start: int) -> None:
        self.visits, self.world, self.dice = visits, visits.world, visits.dice
        self.person, self.device, self.start, self.now = person, device, start, start
        self.session_id = f"s{self.dice.getrandbits(40):010x}"
        self.signed_in = person.always_signed_in or (
            person.is_identified
            and device.anonymous_id in person.known_on
            and not (device.platform == "web" and self.dice.random() < 0.12)
        )
        self.browses_signed_out = person.is_identified and device.anonymous_id in person.known_on
        self.channel: str | None = None

    def event(self, name: str, properties: dict[str, Any] | None = None) -> None:
        day = self.world.clock.day(self.now)
        kind = KIND_OF[name]
        # A few clients forget to say what they run on.
        platform = self.device.platform if self.dice.random() > 0.001 else None
        self.world.actions.append(
            Action(
                self.person,
                self.now,
                day,
                kind,
                self.device,
                platform,
                self.session_id,
                self.signed_in,
                properties,
            )
        )

    def wait(self) -> bool:
        """Time passes; False when the visit has lasted long enough."""
        roll = self.dice.random()
        if roll < 0.004:
            self.now += 1_800_000
        elif roll < 0.016:
            self.now += 1_800_001 + self.dice.randrange(1_500_000)
        else:
            self.now += 400 + int(self.dice.expovariate(1 / 38_000))
        return self.now - self.start < LONGEST_MS - 1_900_000

    def play(self) -> None:
        dice, person = self.dice, self.person
        self._arrive()
        if self._must_sign_in():
            self.now += 2_000 + int(dice.expovariate(1 / 20_000))
            if dice.random() < 0.5:
                self.event("page_view", self._page())
                self.now += 3_000 + dice.randrange(20_000)
            self._sign_in()
        elif dice.random() < 0.13:
            return
        length = 25 if person.excluded == "bot" else min(30, 1 + int(dice.expovariate(1 / 3.6)))
        for _ in range(length):
            if not self.wait():
                return
            self._step()
        self._join_and_buy()

    def _must_sign_in(self) -> bool:
        person = self.person
        if person.always_signed_in:
            return not person.is_identified
        if self.signed_in or self.browses_signed_out or not person.identify_session:
            return False
        return person.sessions >= person.identify_session

    def _arrive(self) -> None:
        person, dice, marks = self.person, self.dice, {}
        if person.sessions == 1:
            marks = dict(person.channel.marks)
            self.channel = person.channel.name
            if person.campaign:
                marks["utm_campaign"] = person.campaign
        elif dice.random() < 0.08:
            later = dice.choice(LATER_MARKS)
            marks, self.channel = dict(later), later.get("channel", "wechat")
        else:
            self.channel = "direct"
        if self.device.platform == "web":
            self.event(
                "page_view", {"page": "/landing", "duration_seconds": round(dice.uniform(1, 60), 3), **marks}
            )
        else:
            self.event("app_open", marks or None)

    def _sign_in(self) -> None:
        person, dice = self.person, self.dice
        self.signed_in = True
        is_new = person.registered_ms is None
        person.known_on.setdefault(self.device.anonymous_id, self.world.clock.day(self.now))
        if not is_new:
            person.is_identified = True
            self.event("login")
            return
        person.registered_ms, person.is_identified = self.now, True
        host = person.invited_by
        self.event("register", {"invited_by": host.user_id} if host and host.is_identified else None)
        self.visits.shop.points(person, "earned", 50, self.now + 500, None)
        if dice.random() < 0.6:
            self.now += 5_000 + dice.randrange(60_000)
            self.event("profile_completed")

    def _page(self) -> dict[str, Any]:
        page: dict[str, Any] = {"page": self.dice.choice(PAGES)}
        if self.dice.random() < 0.9:
            page["duration_seconds"] = round(self.dice.expovariate(1 / 20), 3)
        if self.device.platform == "web" and self.dice.random() < 0.3:
            page["referrer"] = f"https://www.{self.world.app.app_id}.example/home"
        return page

    def _step(self) -> None:
        name = self.dice.choices(STEPS, cum_weights=STEP_WEIGHTS)[0]
        if name == "content_view":
            self._read()
        elif name == "item_view":
            self._browse_items()
        elif name == "page_view":
            self.event(name, self._page())
        elif name == "feature_use":
            self.event(name, {"feature": self.dice.choice(FEATURES)})
        elif name == "search" or not self.signed_in:
            self.event("search")
        elif name == "publish":
            content = self.visits.editorial.publish_by(self.person, self.now)
            self.event(name, {"content_id": content.content_id, "creator_id": content.creator.creator_id})
        elif name == "report_content":
            self.event(name, {"content_id": self.visits.editorial.pick().content_id})
        else:
            self.event(name)

    def _read(self) -> None:
        content = self.visits.editorial.pick()
        about = {"content_id": content.content_id, "creator_id": content.creator.creator_id}
        seconds = round(self.dice.expovariate(1 / 45), 1)
        self.event("content_view", {**about, "duration_seconds": seconds})
        for reaction, chance in CONTENT_REACTIONS:
            if self.dice.random() < chance and (self.signed_in or reaction == "content_complete"):
                self.now += 500 + self.dice.randrange(20_000)
                self.event(reaction, about)

    def _browse_items(self) -> None:
        item = {"item_id": f"item_{self.dice.randrange(1, 41):03d}"}
        self.event("item_view", item)
        if not self.signed_in or not self.person.can_buy:
            return
        activity = self.world.activity_at(self.now)
        lift = activity.order_lift if activity else 1.0
        if self.dice.random() < 0.13 * lift:
            self._checkout(item)

    def _checkout(self, item: dict[str, Any]) -> None:
        dice, shop, person = self.dice, self.visits.shop, self.person
        self.now += 4_000 + dice.randrange(40_000)
        self.event("add_to_cart", {**item, "quantity": 1})
        fate = dice.random()
        if fate > 0.5:
            if fate > 0.93:
                shop.abandon(person, self.now)
            return
        self.now += 10_000 + dice.randrange(90_000)
        order = shop.buy(person, self.now, self.world.activity_at(self.now - 4_000), self.channel)
        bought: dict[str, Any] = {
            **item, "quantity": 1, "order_id": order.order_id, "revenue": self._amount(order.gross),
            "currency": order.currency,
        }  # fmt: skip
        if order.discount:
            bought["discount"] = self._amount(order.discount)
        if order.activity_id:
            bought["activity_id"] = order.activity_id
        self.event("purchase", bought)
        if self.world.app.app_id == "harbor" and order.gross and dice.random() < 0.1:
            shop.renew(order)

    def _amount(self, amount: Decimal) -> str | float:
        """harbor's clients write money as a number, aurora's as text."""
        return float(amount) if self.world.app.app_id == "harbor" else str(amount)

    def _join_and_buy(self) -> None:
        """Who is signed in may take part in what is running."""
        if not self.signed_in or not self.wait():
            return
        activity = self.world.activity_at(self.now)
        if activity is None or self.dice.random() >= activity.join_share:
            return
        self.event("activity_join", {"activity_id": activity.activity_id})
        self.person.joined.add(activity.activity_id)
        self.visits.shop.points(self.person, "earned", activity.points, self.now + 800, activity.activity_id)
        if self.person.can_buy and activity.order_lift > 1 and self.dice.random() < 0.25:
            self.now += 5_000 + self.dice.randrange(30_000)
            item = {"item_id": f"item_{self.dice.randrange(1, 11):03d}"}
            self.event("item_view", item)
            self._checkout(item)
