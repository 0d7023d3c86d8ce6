"""The oracle against numbers worked out by hand from docs/metrics.md."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.oracle.company import Company, Row
from tests.oracle.warehouse import expected

JAN = [date(2026, 1, day) for day in range(1, 32)]


def event(event_id: str, occurred_at: str, **other: object) -> Row:
    return {
        "event_id": event_id,
        "app_id": "a",
        "event_name": "page_view",
        "occurred_at": occurred_at,
        **other,
    }


@pytest.fixture(scope="module")
def tables() -> dict:
    """One app in Shanghai; the running day is 20 January, so L is 19 January."""
    company = Company(
        as_of=datetime(2026, 1, 20, 4, tzinfo=UTC),
        apps=[{"app_id": "a", "timezone": "Asia/Shanghai", "week_start": "sunday"}],
        events=[
            # Anonymous at 23:59 and 00:29 local time: one session, two dates. It becomes anna's on the 12th.
            event("e1", "2026-01-01T15:59:00+00:00", anonymous_id="d1", platform="ios"),
            event("e2", "2026-01-01T16:29:00+00:00", anonymous_id="d1", platform="web"),
            event("e3", "2026-01-12T02:00:00+00:00", anonymous_id="d1", user_id="anna", platform="web"),
            event("e4", "2026-01-20T01:00:00+00:00", user_id="anna", platform="web"),
            # Bert shares the device, later: his own events stay his.
            event("e5", "2026-01-13T02:00:00+00:00", anonymous_id="d1", user_id="bert"),
            # Known since December, so never new.
            event("e6", "2026-01-08T02:00:00+00:00", user_id="carl"),
            # Never identified; and one event of tomorrow.
            event("e7", "2026-01-13T02:00:00+00:00", anonymous_id="d2"),
            event("e8", "2026-01-20T04:00:01+00:00", user_id="dora"),
        ],
        users=[{"app_id": "a", "user_id": "carl", "registered_at": "2025-12-31T15:59:59+00:00"}],
        orders=[
            {"app_id": "a", "order_id": "o1", "user_id": "bert", "paid_at": "2026-01-13T03:00:00+00:00",
             "gross_amount": "12.50"},
        ],
        refunds=[
            {"app_id": "a", "refund_id": "r1", "order_id": "o1", "refunded_at": "2026-01-14T03:00:00+00:00",
             "amount": "2.50"},
        ],
    )  # fmt: skip
    company.apps[0]["events_since"] = "2026-01-01"
    company.funnels = [
        {"funnel_code": "again", "window_minutes": 30},
        {"funnel_code": "too late", "window_minutes": 29},
    ]
    company.funnel_steps = [
        {"funnel_code": funnel["funnel_code"], "step_number": number, "event_name": "page_view"}
        for funnel in company.funnels
        for number in (1, 2)
    ]
    company.points_ledger = [
        {"app_id": "a", "entry_id": "p1", "user_id": "anna", "entry_type": "earned", "points": "10",
         "occurred_at": "2026-01-01T15:59:59+00:00"},
        {"app_id": "a", "entry_id": "p2", "user_id": "anna", "entry_type": "used", "points": "4",
         "occurred_at": "2026-01-01T16:00:00+00:00"},
    ]  # fmt: skip
    return expected(company)


def test_user_days(tables):
    days = tables["fct_user_daily"]
    assert sorted((user, day.day) for _, user, day in days) == [
        ("anna", 1), ("anna", 2), ("anna", 12), ("anna", 20), ("anon:d2", 13), ("bert", 13), ("bert", 14), ("carl", 8),
    ]  # fmt: skip
    first = days["a", "anna", JAN[0]]
    assert (first["sessions"], first["engaged_seconds"], first["is_new"]) == (1, Decimal(1800), True)
    assert days["a", "anna", JAN[1]]["sessions"] == 0
    refund_day = days["a", "bert", JAN[13]]
    assert (refund_day["is_active"], refund_day["net_revenue"]) == (False, Decimal("-2.5"))


def test_active_users(tables):
    rows = tables["fct_active_users"]
    day = rows["a", JAN[12], "all", "all"]
    assert (day["dau"], day["wau"], day["mau"], day["new_users"]) == (2, 4, 4, 2)
    assert (day["dau_is_complete"], day["wau_is_complete"], day["mau_is_complete"]) == (True, True, False)
    # Anna's iOS day is 1 January: in the week through the 7th.
    assert rows["a", JAN[6], "platform", "ios"]["wau"] == 1
    assert rows["a", JAN[7], "platform", "ios"]["wau"] == 0
    assert not rows["a", JAN[19], "all", "all"]["dau_is_complete"]


def test_lifecycle_of_weeks_from_sunday(tables):
    weeks = {key[2]: row for key, row in tables["fct_user_lifecycle"].items() if key[1] == "week"}
    counts = [
        (
            start.isoformat(),
            row["new_users"],
            row["returning_users"],
            row["resurrected_users"],
            row["dormant_users"],
        )
        for start, row in sorted(weeks.items())
    ]
    assert counts == [
        ("2025-12-28", 1, 0, 0, 0),  # anna
        ("2026-01-04", 0, 0, 1, 1),  # carl first seen; anna silent
        ("2026-01-11", 2, 0, 1, 1),  # bert, the stranger; anna is back; carl silent
        ("2026-01-18", 0, 1, 0, 2),  # anna; bert and the stranger silent, so far
    ]
    assert [row["is_complete"] for _, row in sorted(weeks.items())] == [True, True, True, False]


def test_retention(tables):
    rows = tables["fct_user_retention"]

    def retained(
        kind: str, number: int, cohort: str = "new", dimension: str = "all", value: str = "all"
    ) -> int:
        return rows["a", cohort, "day", JAN[0], kind, number, dimension, value]["retained_users"]

    assert [retained("on", n) for n in (0, 1, 2, 11, 19)] == [1, 1, 0, 1, 1]
    assert [retained("within", n) for n in (0, 1, 2)] == [1, 1, 1]
    # Through 19 January anna was last seen on the 12th: day 11.
    assert [retained("on_or_after", n) for n in (0, 11, 12, 19)] == [1, 1, 0, 0]
    assert retained("on", 11, dimension="platform", value="ios") == 1
    assert ("a", "new", "day", JAN[0], "on", 20, "all", "all") not in rows
    assert rows["a", "new", "day", JAN[0], "on", 18, "all", "all"]["is_mature"]
    assert not rows["a", "new", "day", JAN[0], "on", 19, "all", "all"]["is_mature"]
    # Carl is in no new cohort, but in an active one.
    assert not any(key[1] == "new" and key[2] == "day" and key[3] == JAN[7] for key in rows)
    assert rows["a", "active", "day", JAN[7], "on", 0, "all", "all"]["cohort_users"] == 1


def test_users(tables):
    users = {user: row for (_, user), row in tables["dim_users"].items()}
    assert set(users) == {"anna", "bert", "carl", "anon:d2"}
    states = {user: row["lifecycle_state"] for user, row in users.items()}
    assert states == {"anna": "active", "bert": "new", "carl": "dormant", "anon:d2": "new"}
    bert = users["bert"]
    assert (bert["orders"], bert["net_revenue"], bert["is_paying"]) == (1, Decimal(10), True)
    assert (bert["rfm_recency_days"], bert["rfm_monetary"], bert["rfm_segment"]) == (
        6,
        Decimal(10),
        "重要价值",
    )
    assert (bert["btyd_frequency"], bert["btyd_age_days"], bert["btyd_monetary_value"]) == (0, 6, 0.0)


def test_stickiness(tables):
    days = {key[3]: row for key, row in tables["fct_user_stickiness"].items() if key[1] == "month"}
    # Anna came on the 1st, 2nd, 12th and 20th, the others once.
    assert {number: row["users"] for number, row in days.items()} == {4: 1, 1: 3}
    assert not any(row["is_complete"] for row in days.values())


def test_funnels(tables):
    """Anna's second view is exactly 30 minutes after the first: the end of the window is part of it."""
    rows = tables["fct_funnel_conversions"]

    def step(code: str, day: date, number: int) -> Row:
        return rows["a", code, day, number, "all", "all"]

    again = step("again", JAN[0], 2)
    assert (again["users"], again["users_previous_step"], again["conversion_rate"]) == (1, 1, 1.0)
    assert again["median_seconds_from_previous"] == 1800.0
    assert step("too late", JAN[0], 2)["users"] == 0
    # The view after midnight begins a try of its own.
    assert (step("again", JAN[1], 1)["users"], step("again", JAN[1], 2)["users"]) == (1, 0)
    # Those of the 13th are over; the 20th is still running.
    assert (step("again", JAN[12], 1)["is_mature"], step("again", JAN[19], 1)["is_mature"]) == (True, False)


def test_lifetime_value(tables):
    """Anna, bert and the stranger are new in January; bert paid on his day 0 and was refunded on day 1."""
    rows = {key[2]: row for key, row in tables["fct_user_ltv"].items() if key[3] == "all"}
    assert {row["cohort_users"] for row in rows.values()} == {3}
    assert [rows[number]["cumulative_revenue"] for number in (0, 1, 19)] == [
        Decimal("12.5"),
        Decimal(10),
        Decimal(10),
    ]
    # Day 20 of the 1st of January has not begun on the 20th.
    assert max(rows) == 19
    assert not any(row["is_mature"] for row in rows.values())


def test_points(tables):
    days = tables["fct_points_daily"]
    assert [(day.day, row["balance"]) for (_, _, day), row in sorted(days.items())] == [(1, 10), (2, 6)]
    assert tables["dim_users"]["a", "anna"]["points_balance"] == 6
