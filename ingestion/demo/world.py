"""What happened in the simulated company: people, their actions, orders and everything that hangs on them.

All moments are UTC milliseconds, all days local dates of the app, all money exact decimals in `currency`.
This is the simulator's own memory; files and truth are both written from it.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.demo.catalog import EventKind
from ingestion.demo.clock import LocalClock
from ingestion.demo.company import Activity, AppPlan, ChannelPlan


@dataclass(slots=True, eq=False)
class Device:
    """A phone or browser; its anonymous_id is what events show before sign-in."""

    device_id: str
    anonymous_id: str
    platform: str
    app_version: str


@dataclass(slots=True, eq=False)
class Person:
    """A real person in one app. `user_id` shows in events only once they have signed in."""

    number: int
    user_id: str
    channel: ChannelPlan
    campaign: str
    region: str
    city: str
    devices: list[Device]
    liveliness: float
    #: First day in the app; None = was there before the window began.
    arrival: date | None
    #: Session in which they sign in or register, from 1; 0 = never.
    identify_session: int
    registered_ms: int | None = None
    is_identified: bool = False
    is_alive: bool = True
    sessions: int = 0
    last_day: date | None = None
    invited_by: "Person | None" = None
    always_signed_in: bool = False
    #: "" or why they do not count (staff, test, bot).
    excluded: str = ""
    excluded_from: date | None = None
    can_buy: bool = True
    spent: Decimal = Decimal(0)
    tier: str = "bronze"
    joined: set[str] = field(default_factory=set)
    #: anonymous_id -> the day on which they first signed in with it.
    known_on: dict[str, date] = field(default_factory=dict)
    borrows_from: "Person | None" = None

    def counts_on(self, day: date) -> bool:
        """Whether what they do on that day is part of the business."""
        return not self.excluded or (self.excluded_from is not None and day < self.excluded_from)


@dataclass(slots=True, eq=False)
class Action:
    """One thing that happened, as one event. `device` is None for what a server sent."""

    person: Person
    moment: int
    day: date
    kind: EventKind
    device: Device | None
    platform: str | None
    session_id: str
    shows_user: bool
    properties: dict[str, Any] | None


@dataclass(slots=True, eq=False)
class Creator:
    creator_id: str
    source_type: str
    tier: str
    followers: int


@dataclass(slots=True, eq=False)
class Content:
    content_id: str
    creator: Creator
    title: str
    content_type: str
    topic: str
    published_ms: int
    status: str


@dataclass(slots=True, eq=False)
class Order:
    """`paid_ms` is None while unpaid; `day` is the local date of payment."""

    order_id: str
    person: Person
    created_ms: int
    paid_ms: int | None
    day: date | None
    gross: Decimal
    discount: Decimal
    currency: str
    activity_id: str | None
    channel: str | None
    status: str


@dataclass(slots=True, eq=False)
class Refund:
    refund_id: str
    order: Order
    moment: int
    day: date
    amount: Decimal


@dataclass(slots=True, eq=False)
class PointsEntry:
    entry_id: str
    person: Person
    entry_type: str
    points: int
    cost: Decimal
    moment: int
    activity_id: str | None


@dataclass(slots=True, eq=False)
class TierChange:
    person: Person
    moment: int
    tier: str


@dataclass(slots=True, eq=False)
class Ticket:
    ticket_id: str
    person: Person
    created_ms: int
    feedback_type: str
    severity: str
    app_version: str
    activity_id: str | None
    content_id: str | None
    first_response_ms: int | None
    resolved_ms: int | None
    score: int | None
    status: str


@dataclass(slots=True)
class AppWorld:
    """Everything that happened in one app. `days` are the simulated local days, the running one last."""

    app: AppPlan
    clock: LocalClock
    days: list[date]
    last_complete_day: date
    activities: list[Activity]
    people: list[Person] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    creators: list[Creator] = field(default_factory=list)
    contents: list[Content] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    points: list[PointsEntry] = field(default_factory=list)
    tier_changes: list[TierChange] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)

    def activity_at(self, moment: int) -> Activity | None:
        """The activity that runs at that moment, by the app's wall clock."""
        day = self.clock.day(moment)
        for activity in self.activities:
            if activity.covers(day) and activity.start <= self.clock.wall(moment) <= activity.end:
                return activity
        return None
