"""Orders and what follows from them: coupons, refunds, renewals, points and tiers."""

import random
from decimal import Decimal

from ingestion.demo.company import Activity
from ingestion.demo.parameters import AS_OF_MS
from ingestion.demo.world import AppWorld, Order, Person, PointsEntry, Refund, TierChange

DAY_MS = 86_400_000
CENT = Decimal("0.01")
#: The database is read at the as-of moment; what would happen in its last minute is left out.
LATEST = AS_OF_MS - 60_000
TIERS = (("gold", 6), ("silver", 2))


class Shop:
    """The till of one app."""

    def __init__(self, world: AppWorld, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self._prices = [Decimal(price) for price in world.app.prices]
        self._tier_step = self._prices[3]

    def buy(self, person: Person, moment: int, activity: Activity | None, channel: str | None) -> Order:
        """An order that is paid a moment before the purchase event at `moment`."""
        dice = self.dice
        price = dice.choices(self._prices, weights=range(len(self._prices) + 2, 2, -1))[0]
        price *= dice.choice((1, 1, 1, 1, 2, 3))
        discount = Decimal(0)
        if dice.random() < 0.01:
            discount = price
        elif activity is not None and activity.activity_id in person.joined:
            discount = min(Decimal(activity.coupon), price)
        elif dice.random() < 0.1:
            discount = (price / 10).quantize(CENT)
        order = self._order(person, moment - dice.randrange(300, 4000), price - discount, discount, channel)
        if activity is not None and activity.activity_id in person.joined:
            order.activity_id = activity.activity_id
        self._reward_points(order)
        self._reward_tier(person, order)
        return order

    def abandon(self, person: Person, moment: int) -> None:
        """An order that nobody ever paid."""
        dice = self.dice
        status = dice.choice(("created", "cancelled"))
        self.world.orders.append(
            Order(self._next_id(), person, moment, None, None, dice.choice(self._prices), Decimal(0),
                  self.world.app.currency, None, None, status)
        )  # fmt: skip

    def _next_id(self) -> str:
        return f"{self.world.app.app_id[0].upper()}{len(self.world.orders) + 1:08d}"

    def _order(
        self, person: Person, paid_ms: int, gross: Decimal, discount: Decimal, channel: str | None
    ) -> Order:
        currency = self.world.app.currency
        if currency == "CNY" and self.dice.random() < 0.01:
            currency = "USD"
        day = self.world.clock.day(paid_ms)
        created = paid_ms - self.dice.randrange(5_000, 120_000)
        order = Order(
            self._next_id(), person, created, paid_ms, day, gross, discount, currency, None, channel, "paid"
        )
        self.world.orders.append(order)
        self._maybe_refund(order)
        return order

    def renew(self, first: Order) -> None:
        """A membership: paid again by itself every 30 days, whether the person shows up or not."""
        paid = first.paid_ms or first.created_ms
        while (paid := paid + 30 * DAY_MS) < LATEST:
            order = self._order(first.person, paid, first.gross, Decimal(0), None)
            if order.status == "refunded":
                break
            self._reward_points(order)

    def _maybe_refund(self, order: Order) -> None:
        dice, paid = self.dice, order.paid_ms
        if paid is None or order.gross == 0 or dice.random() >= 0.07:
            return
        moment = paid + dice.randrange(3_600_000, 11 * DAY_MS)
        if moment >= LATEST:
            return
        whole = dice.random() < 0.7
        amount = order.gross if whole else (order.gross * dice.randrange(10, 90) / 100).quantize(CENT)
        refunds = self.world.refunds
        number = f"{self.world.app.app_id[0].upper()}R{len(refunds) + 1:07d}"
        refunds.append(Refund(number, order, moment, self.world.clock.day(moment), amount))
        if whole:
            order.status = "refunded"

    def _reward_points(self, order: Order) -> None:
        if order.gross >= 1 and order.paid_ms is not None:
            self.points(order.person, "earned", int(order.gross), order.paid_ms + 1000, order.activity_id)

    def _reward_tier(self, person: Person, order: Order) -> None:
        """Tiers rise with what was bought (renewals aside) and never fall."""
        person.spent += order.gross
        for tier, steps in TIERS:
            if person.spent >= self._tier_step * steps:
                if person.tier not in (tier, "gold") and order.paid_ms is not None:
                    person.tier = tier
                    self.world.tier_changes.append(TierChange(person, order.paid_ms + 2000, tier))
                return

    def points(
        self, person: Person, entry_type: str, points: int, moment: int, activity_id: str | None
    ) -> None:
        """One ledger entry; earned points cost the platform a hundredth of a currency unit each."""
        entries = self.world.points
        cost = Decimal(points) / 100 if entry_type == "earned" else Decimal(0)
        number = f"{self.world.app.app_id[0].upper()}P{len(entries) + 1:08d}"
        entries.append(PointsEntry(number, person, entry_type, points, cost, moment, activity_id))

    def settle_points(self) -> None:
        """Afterwards, some of what people earned was used or expired; never more than they had."""
        earned = [entry for entry in self.world.points if entry.entry_type == "earned"]
        for entry in earned:
            fate = self.dice.random()
            moment = entry.moment + self.dice.randrange(DAY_MS, 20 * DAY_MS)
            if moment >= LATEST or fate > 0.35:
                continue
            part = max(1, entry.points // 2)
            self.points(entry.person, "used" if fate < 0.28 else "expired", part, moment, None)
