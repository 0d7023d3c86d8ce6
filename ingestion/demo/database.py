"""company/app.db: the app database that the company's own servers keep, in SQLite."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.demo.clock import iso_utc
from ingestion.demo.parameters import AS_OF_MS
from ingestion.demo.visits import FEATURES
from ingestion.demo.world import AppWorld, Person
from ingestion.sources.app_database.contracts import TABLES

Row = dict[str, Any]


def write_database(path: Path, worlds: list[AppWorld]) -> None:
    """Every column as text (integers as integers); times in UTC, money exact.

    The company has no table for the lines of its orders, and its messages to lost users are events.
    """
    connection = sqlite3.connect(path)
    with connection:
        for table in (table for table in TABLES if table.entity in _WRITERS):
            names = [field.name for field in table.fields]
            key = ", ".join(table.key)
            columns = ", ".join(
                f'"{field.name}" {"integer" if field.type == "int64" else "text"}' for field in table.fields
            )
            connection.execute(f"create table {table.entity} ({columns}, primary key ({key}))")
            marks = ", ".join("?" for _ in names)
            rows = (
                [row.get(name) for name in names] for world in worlds for row in _rows(world, table.entity)
            )
            connection.executemany(f"insert into {table.entity} values ({marks})", rows)
    connection.close()


def _rows(world: AppWorld, entity: str) -> Iterator[Row]:
    for row in _WRITERS[entity](world):
        yield {"app_id": world.app.app_id, **row}


def _time(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso_utc(milliseconds)


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _users(world: AppWorld) -> Iterator[Row]:
    changed: dict[Person, int] = {}
    for change in world.tier_changes:
        changed[change.person] = max(change.moment, changed.get(change.person, 0))
    for person in world.people:
        if person.registered_ms is None:
            continue
        # Some registrations lost their channel: the first touch must say it.
        is_known = person.number % 33 != 0
        yield {
            "user_id": person.user_id,
            "registered_at": _time(person.registered_ms),
            "acquisition_channel": person.channel.name if is_known else None,
            "acquisition_campaign": (person.campaign or None) if is_known else None,
            "country": world.app.country,
            "region": person.region,
            "tier": person.tier,
            "updated_at": _time(changed.get(person, person.registered_ms)),
        }


def _contents(world: AppWorld) -> Iterator[Row]:
    for content in world.contents:
        yield {
            "content_id": content.content_id,
            "creator_id": content.creator.creator_id,
            "title": content.title,
            "content_type": content.content_type,
            "source_type": content.creator.source_type,
            "topic": content.topic,
            "published_at": _time(content.published_ms),
            "status": content.status,
            "updated_at": _time(content.published_ms),
        }


def _creators(world: AppWorld) -> Iterator[Row]:
    for creator in world.creators:
        yield {
            "creator_id": creator.creator_id,
            "source_type": creator.source_type,
            "tier": creator.tier,
            "followers": creator.followers,
            "updated_at": _time(AS_OF_MS - 86_400_000),
        }


def _activities(world: AppWorld) -> Iterator[Row]:
    for activity in world.activities:
        start = activity.start.replace(tzinfo=world.clock.zone)
        end = activity.end.replace(tzinfo=world.clock.zone)
        end_ms = int(end.timestamp()) * 1000
        yield {
            "activity_id": activity.activity_id,
            "activity_name": activity.name,
            "status": "ended" if end_ms < AS_OF_MS else "running",
            "start_at": _time(int(start.timestamp()) * 1000),
            "end_at": _time(end_ms),
            "updated_at": _time(int((start - timedelta(days=7)).timestamp()) * 1000),
        }


def _orders(world: AppWorld) -> Iterator[Row]:
    for number, order in enumerate(world.orders):
        is_usual = order.currency == world.app.currency
        yield {
            "order_id": order.order_id,
            "user_id": order.person.user_id,
            "paid_at": _time(order.paid_ms),
            "status": order.status,
            "gross_amount": _money(order.gross),
            "discount_amount": _money(order.discount),
            "currency_code": None if is_usual and number % 10 == 0 else order.currency,
            "activity_id": order.activity_id,
            "channel": order.channel,
            "updated_at": _time(order.paid_ms or order.created_ms),
        }


def _refunds(world: AppWorld) -> Iterator[Row]:
    for number, refund in enumerate(world.refunds):
        yield {
            "refund_id": refund.refund_id,
            "order_id": refund.order.order_id,
            "refunded_at": _time(refund.moment),
            "amount": _money(refund.amount),
            "currency_code": None if number % 5 == 0 else refund.order.currency,
            "updated_at": _time(refund.moment),
        }


def _coupons(world: AppWorld) -> Iterator[Row]:
    """What an activity gave to those who bought with it; the rest of it was never kept."""
    for order in world.orders:
        if order.activity_id is None or order.discount == 0 or order.paid_ms is None:
            continue
        yield {
            "coupon_id": f"coupon-{order.order_id}",
            "user_id": order.person.user_id,
            "activity_id": order.activity_id,
            "face_amount": _money(order.discount),
            "currency_code": order.currency,
            "granted_at": _time(order.created_ms - 60_000),
            "used_at": _time(order.paid_ms),
            "order_id": order.order_id,
            "updated_at": _time(order.paid_ms),
        }


def _points(world: AppWorld) -> Iterator[Row]:
    for entry in world.points:
        yield {
            "entry_id": entry.entry_id,
            "user_id": entry.person.user_id,
            "entry_type": entry.entry_type,
            "points": entry.points,
            "cost_amount": _money(entry.cost),
            "occurred_at": _time(entry.moment),
            "activity_id": entry.activity_id,
            "updated_at": _time(entry.moment),
        }


def _tier_changes(world: AppWorld) -> Iterator[Row]:
    for change in world.tier_changes:
        moment = _time(change.moment)
        yield {
            "user_id": change.person.user_id,
            "changed_at": moment,
            "tier": change.tier,
            "updated_at": moment,
        }


def _tickets(world: AppWorld) -> Iterator[Row]:
    for ticket in world.tickets:
        yield {
            "ticket_id": ticket.ticket_id,
            "user_id": ticket.person.user_id,
            "created_at": _time(ticket.created_ms),
            "feedback_type": ticket.feedback_type,
            "severity": ticket.severity,
            "app_version": ticket.app_version,
            "activity_id": ticket.activity_id,
            "content_id": ticket.content_id,
            "first_responded_at": _time(ticket.first_response_ms),
            "resolved_at": _time(ticket.resolved_ms),
            "satisfaction_score": ticket.score,
            "status": ticket.status,
            "updated_at": _time(ticket.resolved_ms or ticket.first_response_ms or ticket.created_ms),
        }


def _invitations(world: AppWorld) -> Iterator[Row]:
    """Who was brought by somebody that the app knows; all of these were accepted, by registering."""
    for person in world.people:
        host = person.invited_by
        if host is None or not host.is_identified or person.registered_ms is None:
            continue
        yield {
            "invitation_id": f"invitation-{person.number}",
            "inviter_user_id": host.user_id,
            "invitee_user_id": person.user_id,
            "invited_at": _time(person.registered_ms - (1 + person.number % 48) * 3_600_000),
            "accepted_at": _time(person.registered_ms),
            "updated_at": _time(person.registered_ms),
        }


def _features(world: AppWorld) -> Iterator[Row]:
    released = int(world.clock.moment(world.days[0], 36_000)) - 90 * 86_400_000
    for feature in FEATURES:
        yield {
            "feature": feature,
            "feature_name": feature.replace("_", " "),
            "released_at": _time(released),
            "owner": "product",
            "updated_at": _time(released),
        }


_WRITERS: dict[str, Callable[[AppWorld], Iterator[Row]]] = {
    "users": _users,
    "contents": _contents,
    "creators": _creators,
    "activities": _activities,
    "orders": _orders,
    "refunds": _refunds,
    "coupons": _coupons,
    "points_ledger": _points,
    "user_tier_changes": _tier_changes,
    "tickets": _tickets,
    "invitations": _invitations,
    "features": _features,
}
