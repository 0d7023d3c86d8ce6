"""Raw tables of the ops workbook. A changed file is a new snapshot of its tables; the newest one counts."""

from ingestion.contract import Contract, Field, boolean, date, decimal, integer, local_timestamp, text

SOURCE = "ops_workbook"
MEASURES = (
    "visit", "page_view", "sign_up", "activation", "impression", "content_view", "content_complete", "like",
    "comment", "share", "favorite", "follow", "publish", "report_content", "item_view", "add_to_cart",
    "purchase", "refund", "invite_sent", "activity_join", "feature_use", "recall_sent",
)  # fmt: skip
APP_ID = text("app_id", 'App; "default" when the company runs one app.', required=True)


def _table(entity: str, description: str, *fields: Field, key: tuple[str, ...]) -> Contract:
    return Contract(SOURCE, entity, description, fields, key)


APPS = _table(
    "apps",
    "The company's apps. One row per app_id and snapshot.",
    APP_ID,
    text("app_name", "Name shown to people."),
    text("timezone", "IANA business time zone; default Asia/Shanghai."),
    text("week_start", "First day of the week; default monday.", choices=("monday", "sunday")),
    text("currency", "ISO 4217 currency of the app; default CNY."),
    date("launch_date", "First day of the app's life; default the first active date."),
    date("events_since", "First day with complete event data; before it no day is complete."),
    key=("app_id",),
)
EVENT_CATALOG = _table(
    "event_catalog",
    "What each event means. One row per event_name and snapshot.",
    text("event_name", "As the producers send it.", required=True),
    text("domain", "Area of operations that owns it."),
    text("measure", "What the marts count it as; empty = nothing special.", choices=MEASURES),
    boolean("is_active_event", "Counts as activity; default true but for server-sent measures."),
    boolean("is_key_event", "Counts as a key event; default false."),
    text("description", "For people."),
    key=("event_name",),
)
FUNNELS = _table(
    "funnels",
    "Funnels (漏斗). One row per funnel_code and snapshot.",
    text("funnel_code", "Code.", required=True),
    text("funnel_name", "Name."),
    text("order_mode", "Default ordered.", choices=("ordered", "strict", "any")),
    integer("window_minutes", "From step 1; default 1440.", unit="minutes", minimum=1),
    key=("funnel_code",),
)
FUNNEL_STEPS = _table(
    "funnel_steps",
    "Steps of funnels. One row per funnel_code, step_number and snapshot.",
    text("funnel_code", "Code.", required=True),
    integer("step_number", "From 1, without gaps.", required=True, minimum=1),
    text("event_name", "Event that completes the step.", required=True),
    text("step_name", "Name."),
    key=("funnel_code", "step_number"),
)
ACTIVITIES = _table(
    "activities",
    "Plans of activities (活动). One row per activity_id and snapshot.",
    text("activity_id", "Activity.", required=True),
    APP_ID,
    text("activity_name", "Name."),
    text("activity_type", "coupon, points, contest, topic, invitation, ..."),
    local_timestamp("start_at", "Start, in the app's time zone.", required=True),
    local_timestamp(
        "end_at",
        "End, inclusive, in the app's time zone; a date alone = its last microsecond.",
        required=True,
    ),
    text("participation_event", "Event that makes a participant; empty: any event with the activity_id."),
    text("control_group", "Description of the control group; empty = none."),
    text("goal_kpi_code", "KPI that the activity is to move."),
    decimal("goal_value", "Target of that KPI over the activity."),
    decimal("budget_amount", "Budget.", minimum=0),
    text("currency", "ISO 4217 of the budget; default the app's."),
    text("owner", "Who runs it."),
    key=("activity_id",),
)
ACTIVITY_GROUPS = _table(
    "activity_groups",
    "Target and control users of activities. One row per activity_id, app_id, user_id and snapshot.",
    text("activity_id", "Activity.", required=True),
    APP_ID,
    text("user_id", "User.", required=True),
    text("group", "target or control.", required=True, choices=("target", "control")),
    key=("activity_id", "app_id", "user_id"),
)
AD_ACCOUNTS = _table(
    "ad_accounts",
    "Which app, channel and activity an ad account serves. One row per account, campaign and snapshot.",
    text("platform", "google_ads, ocean_engine, ...", required=True),
    text("account_id", "Account.", required=True),
    text("campaign_id", "Campaign; empty = the whole account."),
    APP_ID,
    text("channel", "Channel that the spend is booked on."),
    text("activity_id", "Activity that it serves."),
    key=("platform", "account_id", "campaign_id"),
)
CHANNEL_COSTS = _table(
    "channel_costs",
    "Costs without an ad account (地推, KOL, ...). One row per entry and snapshot.",
    APP_ID,
    text("channel", "Channel.", required=True),
    date("cost_date", "Local date.", required=True),
    decimal("amount", "Cost.", required=True),
    text("currency", "ISO 4217; default the app's."),
    text("activity_id", "Activity that it serves."),
    text("note", "What it was."),
    key=("app_id", "channel", "cost_date", "activity_id", "note"),
)
KPI_TARGETS = _table(
    "kpi_targets",
    "Targets (目标). One row per KPI, app, grain, period, dimension value and snapshot.",
    text("kpi_code", "KPI.", required=True),
    text("app_id", 'App, or "*" for the company.', required=True),
    text("grain", "day, week or month.", required=True, choices=("day", "week", "month")),
    date("period_start", "First day of the period.", required=True),
    text("dimension", 'Dimension; default "all".'),
    text("dimension_value", 'Its value; default "all".'),
    decimal("target_value", "Target.", precision=28, scale=8, required=True),
    key=("kpi_code", "app_id", "grain", "period_start", "dimension", "dimension_value"),
)
KPI_TREE = _table(
    "kpi_tree",
    "How targets decompose (目标拆分). One row per parent, child, split and snapshot.",
    text("parent_kpi_code", "KPI above.", required=True),
    text("child_kpi_code", "KPI below.", required=True),
    text("relation", "sum or product.", required=True, choices=("sum", "product")),
    text("split_dimension", "Dimension of a sum."),
    key=("parent_kpi_code", "child_kpi_code", "split_dimension"),
)
EXCLUDED_USERS = _table(
    "excluded_users",
    "Staff, test accounts and bots. One row per app, user or device, and snapshot.",
    APP_ID,
    text("user_id", "User; or"),
    text("device_id", "device."),
    text("reason", "Why."),
    date("from_date", "First excluded local date; empty = always."),
    key=("app_id", "user_id", "device_id"),
)
FX_RATES = _table(
    "fx_rates",
    "Rates into the reporting currency. One row per rate_date, currency and snapshot.",
    date("rate_date", "Date.", required=True),
    text("currency", "ISO 4217.", required=True),
    decimal("rate_to_reporting", "Reporting units per unit of the currency.", precision=20, scale=10,
            required=True, minimum=0),
    key=("rate_date", "currency"),
)  # fmt: skip
CALENDAR = _table(
    "calendar",
    "Holidays and working days. One row per calendar_date and snapshot.",
    date("calendar_date", "Date.", required=True),
    text("holiday_name", "Name of the holiday."),
    boolean("is_workday", "Is worked."),
    integer("spring_festival_offset_days", "Days from 春节.", unit="days"),
    key=("calendar_date",),
)
COMPETITOR_METRICS = _table(
    "competitor_metrics",
    "What is known of competitors. One row per app, competitor, metric, grain, date and snapshot.",
    text("app_id", 'App, or "*" for the whole company.', required=True),
    text("competitor", "Competitor.", required=True),
    date("metric_date", "First day of the period.", required=True),
    text("grain", "day, week or month; default month.", choices=("day", "week", "month")),
    text("metric_name", "Metric.", required=True),
    text("kpi_code", "Our KPI beside it."),
    decimal("value", "Value.", precision=28, scale=8, required=True),
    text("source", "Where it was published."),
    key=("app_id", "competitor", "metric_name", "grain", "metric_date"),
)

CONTRACTS = (
    APPS, EVENT_CATALOG, FUNNELS, FUNNEL_STEPS, ACTIVITIES, ACTIVITY_GROUPS, AD_ACCOUNTS, CHANNEL_COSTS,
    KPI_TARGETS, KPI_TREE, EXCLUDED_USERS, FX_RATES, CALENDAR, COMPETITOR_METRICS,
)  # fmt: skip
