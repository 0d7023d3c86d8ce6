"""All user tables that a company must give, in the order in which they follow from each other."""

from tests.oracle.active_users import active_users_of
from tests.oracle.activities import reviews_of
from tests.oracle.advertising import activity_costs_of, attribution_gap_of
from tests.oracle.attribution import attribution_of
from tests.oracle.channel_days import channel_days_of
from tests.oracle.company import Company, Row, apps_of
from tests.oracle.content_performance import content_days_of, content_performance_of
from tests.oracle.events import events_of
from tests.oracle.exclusions import exclusions_of
from tests.oracle.facts import Facts
from tests.oracle.funnels import funnel_conversions_of
from tests.oracle.ledgers import chains_of, invitations_of, points_of, tiers_of
from tests.oracle.life import lives_of
from tests.oracle.lifecycle import lifecycle_of
from tests.oracle.ltv import ltv_of
from tests.oracle.money import net_amounts_of, order_table_of, orders_of, refund_table_of, refunds_of
from tests.oracle.product import community_of, feature_adoption_of, items_of, stages_of
from tests.oracle.recall import recall_of
from tests.oracle.retention import retention_of
from tests.oracle.sessions import session_table_of, sessions_of
from tests.oracle.stickiness import stickiness_of
from tests.oracle.user_days import user_days_of
from tests.oracle.user_table import user_table_of
from tests.oracle.users import users_of

Table = dict[tuple, Row]

#: Key columns of each table, in the order of the keys of `expected`.
KEYS = {
    "fct_user_daily": ("app_id", "user_id", "activity_date"),
    "fct_active_users": ("app_id", "activity_date", "dimension", "dimension_value"),
    "fct_user_lifecycle": ("app_id", "grain", "period_start"),
    "fct_user_retention": (
        "app_id", "cohort_type", "grain", "cohort_start", "retention_type", "period_number",
        "dimension", "dimension_value",
    ),
    "fct_user_stickiness": ("app_id", "grain", "period_start", "active_days"),
    "fct_funnel_conversions": (
        "app_id", "funnel_code", "cohort_date", "step_number", "dimension", "dimension_value",
    ),
    "fct_user_ltv": ("app_id", "cohort_start", "day_number", "dimension", "dimension_value"),
    "fct_user_recall": ("app_id", "recall_date", "recall_channel"),
    "fct_sessions": ("app_id", "session_id"),
    "fct_orders": ("app_id", "order_id"),
    "fct_refunds": ("app_id", "refund_id"),
    "fct_points_daily": ("app_id", "user_id", "ledger_date"),
    "dim_user_tiers": ("app_id", "user_id", "valid_from"),
    "fct_invitations": ("app_id", "invitation_id"),
    "fct_invitation_chains": ("app_id", "inviter_user_id"),
    "dim_users": ("app_id", "user_id"),
    "fct_attribution": ("app_id", "conversion_id", "attribution_model", "touch_number"),
    "fct_channel_daily": ("app_id", "channel", "acquisition_date"),
    "fct_ad_attribution_gap": (
        "app_id", "report_date", "channel", "platform", "account_id", "campaign_id", "attribution_model",
        "attribution_window",
    ),
    "fct_content_daily": ("app_id", "content_id", "distribution_channel", "activity_date"),
    "fct_content_performance": ("app_id", "content_id", "distribution_channel", "age_days"),
    "fct_activity_review": ("app_id", "activity_id"),
    "fct_feature_adoption": ("app_id", "feature", "week_start"),
    "fct_product_stage": ("app_id", "month_start"),
    "fct_community_daily": ("app_id", "activity_date"),
    "fct_item_daily": ("app_id", "item_id", "activity_date"),
}  # fmt: skip


def expected(company: Company) -> dict[str, Table]:
    """Table name -> key -> the other columns."""
    apps = apps_of(company)
    all_events = events_of(company, apps)
    excluded = exclusions_of(company, all_events)
    events = [
        event for event in all_events if not excluded.cover(event.app_id, event.user_id, event.event_date)
    ]
    orders = orders_of(company, apps, events, excluded)
    refunds = refunds_of(company, apps, events, orders, excluded)
    net_amounts = net_amounts_of(orders, refunds)
    sessions = sessions_of(apps, events)
    days = user_days_of(events, sessions, orders, refunds)
    users = users_of(company, apps, events, days, excluded)
    invitations = invitations_of(company, apps, excluded)
    invited = {(key[0], row["invitee_user_id"]) for key, row in invitations.items() if row["accepted_at"]}
    for (app_id, user_id, day), row in days.items():
        user = users[app_id, user_id]
        row["is_new"] = user.is_new and day == user.active_dates[0]
        row["is_new_by_invitation"] = row["is_new"] and (app_id, user_id) in invited
    lives = lives_of(company, apps, events, orders)
    lifecycle, retention = lifecycle_of(apps, lives, users), retention_of(apps, lives, users)
    facts = Facts(company, apps, lives, events, orders, net_amounts)
    attribution = attribution_of(sessions, orders, net_amounts)
    return {
        "fct_user_daily": dict(days),
        "fct_active_users": active_users_of(apps, lives, events, users),
        "fct_user_lifecycle": lifecycle,
        "fct_user_retention": retention,
        "fct_user_stickiness": stickiness_of(apps, lives, users),
        "fct_funnel_conversions": funnel_conversions_of(company, apps, lives, events, users),
        "fct_user_ltv": ltv_of(company, apps, lives, users, days),
        "fct_user_recall": recall_of(apps, lives, events, users),
        "fct_sessions": session_table_of(sessions),
        "fct_orders": order_table_of(orders, refunds),
        "fct_refunds": refund_table_of(refunds),
        "fct_points_daily": points_of(company, apps, excluded),
        "dim_user_tiers": tiers_of(company, apps, excluded),
        "fct_invitations": invitations,
        "fct_invitation_chains": chains_of(invitations),
        "dim_users": user_table_of(company, apps, users, days, orders, refunds, excluded),
        "fct_attribution": attribution,
        "fct_channel_daily": channel_days_of(facts, sessions, users, days),
        "fct_ad_attribution_gap": attribution_gap_of(facts, attribution),
        "fct_content_daily": content_days_of(facts),
        "fct_content_performance": content_performance_of(facts),
        "fct_activity_review": reviews_of(
            company, apps, lives, events, users, days, orders, net_amounts, excluded, activity_costs_of(facts)
        ),
        "fct_feature_adoption": feature_adoption_of(apps, lives, events),
        "fct_product_stage": stages_of(lives, lifecycle, retention, days),
        "fct_community_daily": community_of(company, apps, lives, events),
        "fct_item_daily": items_of(facts),
    }
