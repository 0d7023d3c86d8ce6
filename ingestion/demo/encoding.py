"""One action as one line of NDJSON in the canonical app event; each client has its own habits."""

import json
from typing import Any

from ingestion.demo.clock import iso_utc
from ingestion.demo.world import Action, AppWorld

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


#: The events that tie an anonymous_id to a user.
SIGN_INS = ("register", "login")


def event_line(world: AppWorld, action: Action, event_id: str, received: int | None) -> str:
    """The line without its newline.

    Habits: aurora writes local time with offset and, on Android, numeric user ids; harbor's website
    writes epoch milliseconds; mini programs send no anonymous_id after the sign-in event; servers know only the user.
    """
    app, person, device = world.app, action.person, action.device
    event: dict[str, Any] = {"event_id": event_id, "app_id": app.app_id, "event_name": action.kind.name}
    if action.shows_user:
        is_numeric = device is not None and device.platform == "android" and app.app_id == "aurora"
        event["user_id"] = int(person.user_id) if is_numeric else person.user_id
    is_signed_in_mini_program = action.shows_user and device is not None and device.platform == "mini_program"
    if device is not None and (not is_signed_in_mini_program or action.kind.name in SIGN_INS):
        event["anonymous_id"] = device.anonymous_id
    if app.app_id == "harbor":
        is_web = device is not None and device.platform == "web"
        event["occurred_at"] = action.moment if is_web else iso_utc(action.moment)
    else:
        event["occurred_at"] = world.clock.offset_text(action.moment)
    if received is not None:
        event["received_at"] = iso_utc(received)
    if device is not None:
        if action.platform is not None:
            event["platform"] = action.platform
        event["app_version"] = device.app_version
        event["device_id"] = device.device_id
        event["session_id"] = action.session_id
        event["country"] = app.country
        event["region"] = person.region
        event["city"] = person.city
    if action.properties:
        event["properties"] = action.properties
    return encode(event)
