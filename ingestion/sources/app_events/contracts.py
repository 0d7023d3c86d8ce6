"""The canonical app event (docs/conventions.md), and operations on profiles; other formats are adapters onto them."""

from ingestion.contract import Contract, json_text, text, timestamp

EVENTS = Contract(
    "app_events",
    "events",
    "Canonical app events as the producers sent them. One row per app_id, event_id and content.",
    (
        text("event_id", "Identity of the event within the app.", required=True),
        text("app_id", 'App that sent it; "default" when missing.', required=True),
        text("event_name", "What happened, as in the workbook's event_catalog.", required=True),
        text("user_id", "Signed-in user; null when anonymous."),
        text("anonymous_id", "Device-level identity before sign-in. At least one of the two ids is given."),
        timestamp("occurred_at", "When it happened on the device (UTC).", required=True),
        timestamp("received_at", "When the producer's collector received it (UTC)."),
        text("platform", "ios, android, web, mini_program, ..."),
        text("app_version", "Version of the app."),
        text("device_id", "Device."),
        text("session_id", "The client's own session; does not define ours."),
        text("country", "ISO country."),
        text("region", "Region or province."),
        text("city", "City."),
        json_text("properties", "Further properties as a JSON object; numbers keep every digit."),
    ),
    key=("app_id", "event_id"),
    repeats="ever",
    moment="occurred_at",
    hashing="quick",
)

OPERATIONS = ("set", "set_once", "increment", "append", "unset", "delete")

PROFILE_OPERATIONS = Contract(
    "app_events",
    "profile_operations",
    "Operations on profiles of users and items that came as lines of their own (神策 profile_*, item_*). "
    "One row per app_id, operation_id and content.",
    (
        text("operation_id", "Identity of the operation within the app.", required=True),
        text("app_id", 'App that sent it; "default" when missing.', required=True),
        text("user_id", "Signed-in user whose profile it is; null when anonymous and for items."),
        text("anonymous_id", "Device-level identity whose profile it is."),
        text("item_type", "Kind of the item whose profile it is; null for users."),
        text("item_id", "Item (物品) whose profile it is; null for users."),
        text("operation", "What is done to the properties.", required=True, choices=OPERATIONS),
        timestamp("occurred_at", "When it was done on the device (UTC).", required=True),
        timestamp("received_at", "When the producer's collector received it (UTC)."),
        json_text(
            "properties",
            "JSON object: name of each property → its value as JSON text with every digit, itself a string.",
            required=True,
        ),
    ),
    key=("app_id", "operation_id"),
    repeats="ever",
    moment="occurred_at",
)

CONTRACTS = (EVENTS, PROFILE_OPERATIONS)
