"""Which columns of a raw table name people, which hold what a person wrote, and which properties an event keeps."""

from ingestion.contract import Contract
from ingestion.erasure.erased_list import DEVICE, USER

USER_COLUMNS = ("user_id", "inviter_user_id", "invitee_user_id", "creator_id")
DEVICE_COLUMNS = ("anonymous_id", "device_id")
#: Columns of a person's own rows that become null: free text, and what links visits of one device.
FREE_TEXT = {
    "events": ("session_id",),
    "contents": ("title",),
    "excluded_users": ("reason",),
}
#: Columns in which another table's key or the company's own words stand: never looked through for an id.
_BOOKKEEPING = ("_batch_id", "_content_hash", "properties")
#: Properties of events that name a person.
PERSON_PROPERTIES = ("invited_by", "creator_id")
#: Properties that marts read (docs/conventions.md): all that stays of a person's event, the rest is free text.
KEPT_PROPERTIES = frozenset(
    {
        "content_id", "creator_id", "activity_id", "item_id", "quantity", "feature", "order_id", "revenue", "discount",
        "currency", "duration_seconds", "page", "referrer", "channel", "recall_channel", "utm_source", "utm_medium",
        "utm_campaign", "utm_term", "utm_content", "invited_by",
    }
)  # fmt: skip
#: Of these only the part before ? and # stays: a query holds whatever a producer put into it.
ADDRESSES = ("page", "referrer")


def person_columns(contract: Contract) -> dict[str, str]:
    """Column -> kind of the ids in it; {} for a table that knows nobody."""
    names = [field.name for field in contract.fields]
    if "app_id" not in names:
        return {}
    return {name: USER for name in names if name in USER_COLUMNS} | {
        name: DEVICE for name in names if name in DEVICE_COLUMNS
    }


def wordy_columns(contract: Contract) -> list[str]:
    """Columns of text in which an id may stand among other words; keys of things (`..._id`) are none, and properties
    are looked through one by one."""
    names = [field.name for field in contract.schema if str(field.type) == "string"]
    return [name for name in names if name not in _BOOKKEEPING and not name.endswith("_id")]
