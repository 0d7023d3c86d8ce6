"""Per-day facts of one app, counted from what the simulator decided that people did (docs/metrics.md)."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.demo.advertising import AdFigures
from ingestion.demo.exports import APP_ID as EXPORT_APP
from ingestion.demo.exports import ExportState
from ingestion.demo.journeys import Journeys, journeys_of
from ingestion.demo.money import Rates
from ingestion.demo.wechat import APP_ID as WECHAT_APP
from ingestion.demo.wechat import WechatState
from ingestion.demo.world import Action, AppWorld

#: A silence longer than this ends a session; exactly this long continues it.
SILENCE_MS = 30 * 60 * 1000
UNKNOWN = "(unknown)"


def _sets() -> defaultdict[date, set[Any]]:
    return defaultdict(set)


def _sums() -> defaultdict[date, Decimal]:
    return defaultdict(Decimal)


@dataclass
class ActivityFacts:
    """What an activity (活动) did by date: who joined, and money in CNY; `days` are its local dates."""

    days: set[date]
    joiners: defaultdict[date, set[int]] = field(default_factory=_sets)
    net_revenue: defaultdict[date, Decimal] = field(default_factory=_sums)
    discount: defaultdict[date, Decimal] = field(default_factory=_sums)
    points_cost: defaultdict[date, Decimal] = field(default_factory=_sums)


@dataclass
class AppFacts:
    """Sets hold person numbers; money is in CNY; every key is a local date of the app."""

    app_id: str
    first_day: date
    last_complete_day: date
    active: defaultdict[date, set[int]] = field(default_factory=_sets)
    active_on: dict[str, defaultdict[date, set[int]]] = field(default_factory=dict)
    viewers: defaultdict[date, set[int]] = field(default_factory=_sets)
    joiners: defaultdict[date, set[int]] = field(default_factory=_sets)
    #: People with a content view in the product.
    readers: defaultdict[date, set[int]] = field(default_factory=_sets)
    users_of_feature: dict[str, defaultdict[date, set[int]]] = field(default_factory=dict)
    #: Ids of creators by the date on which they published.
    creators: defaultdict[date, set[str]] = field(default_factory=_sets)
    activities: dict[str, ActivityFacts] = field(default_factory=dict)
    payers: defaultdict[date, set[int]] = field(default_factory=_sets)
    #: First active day of people who were not registered before the window.
    new: defaultdict[date, set[int]] = field(default_factory=_sets)
    new_by_channel: dict[str, defaultdict[date, set[int]]] = field(default_factory=dict)
    #: Events that count, by measure and day; "orders", "sessions", "bounces" and outside figures too.
    counts: defaultdict[str, Counter[date]] = field(default_factory=lambda: defaultdict(Counter))
    sums: defaultdict[str, defaultdict[date, Decimal]] = field(default_factory=lambda: defaultdict(_sums))
    journeys: Journeys = field(default_factory=Journeys)
    has_ads: bool = False
    has_followers: bool = False


def count_facts(
    world: AppWorld, rates: Rates, ads: list[AdFigures], wechat: WechatState, exports: ExportState
) -> AppFacts:
    """All facts of one app; `world.actions` must be in the order of time."""
    facts = AppFacts(world.app.app_id, world.days[0], world.last_complete_day)
    for activity in world.activities:
        length = (activity.end.date() - activity.start.date()).days
        days = {activity.start.date() + timedelta(days=number) for number in range(length + 1)}
        facts.activities[activity.activity_id] = ActivityFacts(days)
    counting = [action for action in world.actions if action.person.counts_on(action.day)]
    _count_events(facts, counting)
    _count_first_days(facts, world, counting)
    _count_sessions(facts, counting)
    _count_contents(facts, world)
    _count_orders(facts, world, rates)
    _count_points(facts, world, rates)
    facts.journeys = journeys_of(world, counting, rates)
    _count_tickets(facts, world)
    _count_ads(facts, rates, [row for row in ads if row.account.app_id == facts.app_id])
    if facts.app_id == WECHAT_APP:
        facts.has_followers = True
        facts.counts["new_followers"] = wechat.new_followers
        facts.counts["lost_followers"] = wechat.lost_followers
        facts.counts["content_view"].update(wechat.reads)
        facts.counts["published"].update(wechat.published)
    if facts.app_id == EXPORT_APP:
        facts.counts["content_view"].update(exports.views)
        facts.counts["completable_view"].update(exports.views)
        facts.counts["content_complete"].update(exports.completed)
        facts.counts["published"].update(exports.published)
    return facts


def _count_events(facts: AppFacts, actions: list[Action]) -> None:
    for action in actions:
        day, kind, number = action.day, action.kind, action.person.number
        if kind.measure:
            facts.counts[kind.measure][day] += 1
        if kind.measure == "page_view":
            facts.viewers[day].add(number)
            if action.properties and "duration_seconds" in action.properties:
                facts.counts["timed_page_view"][day] += 1
                facts.sums["page_view_seconds"][day] += Decimal(str(action.properties["duration_seconds"]))
        elif kind.measure == "content_view":
            facts.readers[day].add(number)
        elif kind.measure == "feature_use" and action.properties:
            facts.users_of_feature.setdefault(action.properties["feature"], _sets())[day].add(number)
        elif kind.measure == "activity_join" and action.properties:
            facts.joiners[day].add(number)
            facts.activities[action.properties["activity_id"]].joiners[day].add(number)
        if kind.is_active:
            facts.active[day].add(number)
            facts.active_on.setdefault(action.platform or UNKNOWN, _sets())[day].add(number)


def _count_contents(facts: AppFacts, world: AppWorld) -> None:
    """Views in the product are those counted so far; publications are those of the app's database."""
    for name in ("product_view", "completable_view"):
        facts.counts[name].update(facts.counts["content_view"])
    zone = ZoneInfo(world.app.timezone)
    for content in world.contents:
        # Some are older than the window, of which alone the clock knows.
        day = datetime.fromtimestamp(content.published_ms / 1000, zone).date()
        facts.counts["published"][day] += 1
        facts.counts["ugc_published"][day] += content.creator.source_type == "UGC"
        facts.creators[day].add(content.creator.creator_id)


def _count_first_days(facts: AppFacts, world: AppWorld, actions: list[Action]) -> None:
    seen: set[int] = set()
    for action in actions:
        person = action.person
        if not action.kind.is_active or person.number in seen:
            continue
        seen.add(person.number)
        if person.arrival is not None:
            facts.new[action.day].add(person.number)
            facts.new_by_channel.setdefault(person.channel.name, _sets())[action.day].add(person.number)


def _count_sessions(facts: AppFacts, actions: list[Action]) -> None:
    """A session belongs whole to the day of its start; a bounce has exactly one event."""
    last: dict[int, int] = {}
    started: dict[int, tuple[date, int]] = {}

    def close(number: int) -> None:
        day, events = started[number]
        facts.counts["sessions"][day] += 1
        if events == 1:
            facts.counts["bounces"][day] += 1

    for action in actions:
        if not action.kind.is_active:
            continue
        number, moment = action.person.number, action.moment
        if number in last and moment - last[number] <= SILENCE_MS:
            day, events = started[number]
            started[number] = (day, events + 1)
        else:
            if number in started:
                close(number)
            started[number] = (action.day, 1)
        last[number] = moment
    for number in started:
        close(number)


def _count_orders(facts: AppFacts, world: AppWorld, rates: Rates) -> None:
    for order in world.orders:
        if order.day is None or not order.person.counts_on(order.day):
            continue
        facts.counts["orders"][order.day] += 1
        gross = rates.to_reporting(order.gross, order.currency, order.day)
        facts.sums["gross_revenue"][order.day] += gross
        discount = rates.to_reporting(order.discount, order.currency, order.day)
        facts.sums["discount"][order.day] += discount
        if order.activity_id:
            facts.activities[order.activity_id].discount[order.day] += discount
            facts.activities[order.activity_id].net_revenue[order.day] += gross
        if order.gross > 0:
            facts.payers[order.day].add(order.person.number)
    for refund in world.refunds:
        order = refund.order
        if order.day is not None and order.person.counts_on(refund.day):
            # A refund uses its order's rate.
            amount = rates.to_reporting(refund.amount, order.currency, order.day)
            facts.sums["refunded_revenue"][refund.day] += amount
            if order.activity_id:
                facts.activities[order.activity_id].net_revenue[order.day] -= amount


def _count_points(facts: AppFacts, world: AppWorld, rates: Rates) -> None:
    """What the points that activities granted cost."""
    for entry in world.points:
        day = world.clock.day(entry.moment)
        if entry.activity_id and entry.entry_type == "earned" and entry.person.counts_on(day):
            cost = rates.to_reporting(entry.cost, world.app.currency, day)
            facts.activities[entry.activity_id].points_cost[day] += cost


def _count_tickets(facts: AppFacts, world: AppWorld) -> None:
    for ticket in world.tickets:
        day = world.clock.day(ticket.created_ms)
        if not ticket.person.counts_on(day):
            continue
        facts.counts["tickets"][day] += 1
        if ticket.feedback_type == "complaint":
            facts.counts["complaints"][day] += 1
        if ticket.first_response_ms is not None:
            facts.counts["answered"][day] += 1
            facts.sums["response_seconds"][day] += (
                Decimal(ticket.first_response_ms - ticket.created_ms) / 1000
            )
        if ticket.score is not None:
            facts.counts["rated"][day] += 1
            facts.counts["score"][day] += ticket.score


def _count_ads(facts: AppFacts, rates: Rates, rows: list[AdFigures]) -> None:
    facts.has_ads = bool(rows)
    for row in rows:
        day = row.report_date
        facts.sums["ad_spend"][day] += rates.to_reporting(row.cost, row.account.currency, day)
        facts.sums["ad_conversions"][day] += row.conversions
        facts.counts["impressions"][day] += row.impressions
        facts.counts["clicks"][day] += row.clicks
