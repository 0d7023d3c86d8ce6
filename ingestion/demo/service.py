"""Customer-service tickets (反馈)."""

import random

from ingestion.demo.parameters import AS_OF_MS
from ingestion.demo.world import AppWorld, Ticket


def open_tickets(world: AppWorld, dice: random.Random) -> None:
    """About one ticket per 40 active user-days' worth of comments: by people who were there that day."""
    candidates = [
        a for a in world.actions if a.shows_user and a.device is not None and a.kind.name == "page_view"
    ]
    for action in dice.sample(candidates, k=min(len(candidates), len(candidates) // 150 + 3)):
        created = min(action.moment + dice.randrange(60_000, 3_600_000), AS_OF_MS - 120_000)
        answered = created + int(dice.expovariate(1 / 5_400_000)) + 60_000
        resolved = answered + int(dice.expovariate(1 / 40_000_000)) + 60_000
        is_answered = answered < AS_OF_MS - 60_000
        is_resolved = resolved < AS_OF_MS - 60_000 and dice.random() < 0.9
        activity = world.activity_at(action.moment)
        world.tickets.append(
            Ticket(
                ticket_id=f"{world.app.app_id[0].upper()}T{len(world.tickets) + 1:06d}",
                person=action.person,
                created_ms=created,
                feedback_type=dice.choices(("complaint", "question", "suggestion"), weights=(4, 4, 2))[0],
                severity=dice.choices(("low", "medium", "high"), weights=(6, 3, 1))[0],
                app_version=action.device.app_version if action.device else "",
                activity_id=activity.activity_id if activity and dice.random() < 0.6 else None,
                content_id=None,
                first_response_ms=answered if is_answered else None,
                resolved_ms=resolved if is_answered and is_resolved else None,
                score=dice.choices((5, 4, 3, 2, 1), weights=(5, 3, 1, 1, 1))[0] if is_resolved else None,
                status="resolved" if is_answered and is_resolved else "answered" if is_answered else "open",
            )
        )
