"""Raw tables of the app database: one row per observed state of a key; a row that did not change is a duplicate."""

from ingestion.contract import Contract, Field, boolean, decimal, integer, pulls_contract, text, timestamp

SOURCE = "app_database"
APP_ID = text("app_id", "App.", required=True)
UPDATED_AT = timestamp("updated_at", "Last change of the row in the database (UTC).")
#: Of a row that a later reading did not find, the last known values stand beside it.
IS_DELETED = boolean("is_deleted", "The row is gone: marked so by the app, or no longer found. Null = false.")


def _table(entity: str, description: str, *fields: Field, key: tuple[str, ...]) -> Contract:
    return Contract(
        SOURCE, entity, description, (APP_ID, *fields, UPDATED_AT, IS_DELETED), ("app_id", *key), "latest"
    )


USERS = _table(
    "users",
    "Registered users. One row per app_id, user_id and observed state.",
    text("user_id", "User.", required=True),
    timestamp("registered_at", "Registration (UTC)."),
    text("acquisition_channel", "Channel that brought the user (渠道), as the app knows it."),
    text("acquisition_campaign", "Campaign that brought the user."),
    text("country", "ISO country."),
    text("region", "Region or province."),
    text("tier", "Current user tier (用户等级)."),
    key=("user_id",),
)
CONTENTS = _table(
    "contents",
    "Published contents (内容). One row per app_id, content_id and observed state.",
    text("content_id", "Content.", required=True),
    text("creator_id", "Creator."),
    text("title", "Title."),
    text("content_type", "article, image, short_video, audio, ..."),
    text("source_type", "PGC, UGC or OGC.", choices=("PGC", "UGC", "OGC")),
    text("topic", "Topic."),
    timestamp("published_at", "Publication (UTC)."),
    text("status", "published, removed, featured, draft."),
    key=("content_id",),
)
CREATORS = _table(
    "creators",
    "Creators (创作者). One row per app_id, creator_id and observed state.",
    text("creator_id", "Creator.", required=True),
    text("source_type", "PGC, UGC or OGC.", choices=("PGC", "UGC", "OGC")),
    text("tier", "Creator tier."),
    integer("followers", "Followers inside the app.", minimum=0),
    key=("creator_id",),
)
ACTIVITIES = _table(
    "activities",
    "Activities (活动) as the app runs them. One row per app_id, activity_id and observed state.",
    text("activity_id", "Activity.", required=True),
    text("activity_name", "Name shown to users."),
    text("status", "planned, running, ended, cancelled."),
    timestamp("start_at", "Start (UTC)."),
    timestamp("end_at", "End (UTC)."),
    key=("activity_id",),
)
ORDERS = _table(
    "orders",
    "Orders. One row per app_id, order_id and observed state.",
    text("order_id", "Order.", required=True),
    text("user_id", "Buyer.", required=True),
    timestamp("paid_at", "Payment (UTC); null while unpaid."),
    text("status", "created, paid, refunded, cancelled."),
    decimal("gross_amount", "Paid by the customer (实付), after discounts.", required=True, minimum=0),
    decimal("discount_amount", "Platform-funded coupons and points.", minimum=0),
    text("currency_code", "ISO 4217; null = the app's currency."),
    text("activity_id", "Activity that the order belongs to."),
    text("channel", "Channel of the order."),
    key=("order_id",),
)
REFUNDS = _table(
    "refunds",
    "Refunds. One row per app_id, refund_id and observed state.",
    text("refund_id", "Refund.", required=True),
    text("order_id", "Order that is refunded.", required=True),
    timestamp("refunded_at", "When it was refunded (UTC).", required=True),
    decimal("amount", "Refunded amount, in the order's currency.", required=True, minimum=0),
    text("currency_code", "ISO 4217; null = the order's."),
    key=("refund_id",),
)
ORDER_ITEMS = _table(
    "order_items",
    "Lines of orders (订单明细). One row per app_id, order_item_id and observed state.",
    text("order_item_id", "Line of an order.", required=True),
    text("order_id", "Order.", required=True),
    text("item_id", "Item (商品).", required=True),
    integer("quantity", "Pieces.", unit="pieces", minimum=0),
    decimal("gross_amount", "Paid for the line (实付), after discounts, in the order's currency.", minimum=0),
    decimal("discount_amount", "Platform-funded discount of the line.", minimum=0),
    key=("order_item_id",),
)
COUPONS = _table(
    "coupons",
    "Coupons (优惠券) given to users. One row per app_id, coupon_id and observed state.",
    text("coupon_id", "Coupon of one user.", required=True),
    text("user_id", "User.", required=True),
    text("activity_id", "Activity that granted it."),
    decimal("face_amount", "Face value.", minimum=0),
    text("currency_code", "ISO 4217; null = the app's currency."),
    timestamp("granted_at", "When it was given (UTC).", required=True),
    timestamp("expires_at", "Until when it can be used (UTC)."),
    timestamp("used_at", "When it was used (UTC); null while it is not."),
    text("order_id", "Order that it was used for."),
    key=("coupon_id",),
)
POINTS_LEDGER = _table(
    "points_ledger",
    "Points (积分) earned, used and expired. One row per app_id, entry_id and observed state.",
    text("entry_id", "Ledger entry.", required=True),
    text("user_id", "User.", required=True),
    text("entry_type", "earned, used or expired.", required=True, choices=("earned", "used", "expired")),
    integer("points", "Points moved, positive.", required=True, unit="points", minimum=0),
    decimal("cost_amount", "What the points cost the platform, in the app's currency.", minimum=0),
    timestamp("occurred_at", "When (UTC).", required=True),
    text("activity_id", "Activity that granted or took them."),
    key=("entry_id",),
)
USER_TIER_CHANGES = _table(
    "user_tier_changes",
    "Changes of a user's tier. One row per app_id, user_id, changed_at and observed state.",
    text("user_id", "User.", required=True),
    timestamp("changed_at", "When the new tier began (UTC).", required=True),
    text("tier", "The new tier.", required=True),
    key=("user_id", "changed_at"),
)
RECALL_SENDS = _table(
    "recall_sends",
    "Messages that ask lost users back (召回). One row per app_id, send_id and observed state.",
    text("send_id", "Message to one user.", required=True),
    text("user_id", "User.", required=True),
    text("recall_channel", "sms, push, email, ...", required=True),
    timestamp("sent_at", "When it was sent (UTC).", required=True),
    text("campaign", "Campaign that it belongs to."),
    key=("send_id",),
)
FEATURES = _table(
    "features",
    "Features of the product (功能). One row per app_id, feature and observed state.",
    text("feature", "Name as in the events' property `feature`.", required=True),
    text("feature_name", "Name shown to people."),
    timestamp("released_at", "When users got it (UTC)."),
    timestamp("retired_at", "When it was taken away (UTC); null while it is there."),
    text("owner", "Who is responsible."),
    key=("feature",),
)
TICKETS = _table(
    "tickets",
    "Customer-service tickets (反馈). One row per app_id, ticket_id and observed state.",
    text("ticket_id", "Ticket.", required=True),
    text("user_id", "User."),
    timestamp("created_at", "When it was opened (UTC).", required=True),
    text("feedback_type", "complaint, question or suggestion."),
    text("severity", "low, medium, high."),
    text("app_version", "Version of the app."),
    text("activity_id", "Activity it is about."),
    text("content_id", "Content it is about."),
    timestamp("first_responded_at", "First answer (UTC)."),
    timestamp("resolved_at", "Resolution (UTC)."),
    integer("satisfaction_score", "1 to 5.", unit="score", minimum=1, maximum=5),
    text("status", "open, answered, resolved."),
    key=("ticket_id",),
)
INVITATIONS = _table(
    "invitations",
    "Invitations (邀请) of one user by another. One row per app_id, invitation_id and observed state.",
    text("invitation_id", "Invitation.", required=True),
    text("inviter_user_id", "User who invited.", required=True),
    text("invitee_user_id", "User who was invited; null until the app knows who it is."),
    timestamp("invited_at", "When the invitation was sent (UTC).", required=True),
    timestamp("accepted_at", "When it was accepted (UTC); null while it is open."),
    key=("invitation_id",),
)
_ASKED = pulls_contract(SOURCE)
#: What was read, so that the next reading knows from where to go on.
PULLS = Contract(
    SOURCE,
    "pulls",
    _ASKED.description,
    (
        *_ASKED.fields,
        text("reading", "What was read.", choices=("whole", "changes")),
        boolean(
            "is_swept", "All keys of the table were compared with those known, so that deletions were seen."
        ),
        integer("table_rows", "Rows of the table, where it was swept.", minimum=0),
        timestamp("changed_through", "Newest updated_at that was read, at most observed_at (UTC)."),
        text("layout", "md5 of how the table was read: contract, table and column names."),
    ),
    _ASKED.key,
)

TABLES = (
    USERS, CONTENTS, CREATORS, ACTIVITIES, ORDERS, ORDER_ITEMS, REFUNDS, COUPONS, POINTS_LEDGER, USER_TIER_CHANGES,
    RECALL_SENDS, INVITATIONS, TICKETS, FEATURES,
)  # fmt: skip
CONTRACTS = (*TABLES, PULLS)
