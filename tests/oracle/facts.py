"""What happened, as most tables need it: events and orders under their users, without the excluded ones."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.oracle.company import App, Company
from tests.oracle.events import Event
from tests.oracle.life import Life
from tests.oracle.money import Order


@dataclass(frozen=True)
class Facts:
    """`net_amounts`: (app, order) -> what is left of the order after its refunds, in the reporting currency."""

    company: Company
    apps: dict[str, App]
    lives: dict[str, Life]
    events: list[Event]
    orders: list[Order]
    net_amounts: dict[tuple[str, str], Decimal]

    def net_revenue(self, orders: list[Order]) -> Decimal:
        return sum((self.net_amounts[order.app_id, order.order_id] for order in orders), Decimal(0))

    def named_by_purchase(self, name: str) -> dict[tuple[str, str], dict[str, Any]]:
        """(app, order) -> properties of the order's first purchase event that has the property."""
        named: dict[tuple[str, str], dict[str, Any]] = {}
        for event in sorted(self.events, key=lambda event: (event.occurred_at, event.event_id)):
            if event.measure == "purchase" and event.properties.get(name):
                order_id = event.properties.get("order_id") or event.event_id
                named.setdefault((event.app_id, order_id), event.properties)
        return named
