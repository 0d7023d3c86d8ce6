"""An independent reading of the written files gives the KPI values that truth/kpi.csv claims."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.unit.ingestion.demo.reading import Reader, read_csv, read_truth

Truth = dict[tuple[str, str, str, str, str, str], dict[str, str]]
APPS = ("aurora", "harbor")


@pytest.fixture(scope="module")
def reader(company: Path) -> Reader:
    return Reader(company)


@pytest.fixture(scope="module")
def truth(company: Path) -> Truth:
    return read_truth(company)


def daily(
    truth: Truth, app_id: str, code: str, dimension: str = "all", value: str = "all"
) -> dict[str, Decimal]:
    return {
        key[3]: Decimal(row["value"])
        for key, row in truth.items()
        if key[:3] == (app_id, code, "day") and key[4:] == (dimension, value)
    }


def complete(reader: Reader, app_id: str, counts: dict[date, Decimal | int]) -> dict[str, Decimal]:
    last = reader.last_complete(app_id)
    return {day.isoformat(): Decimal(n) for day, n in sorted(counts.items()) if day <= last and n}


def active_sets(reader: Reader, app_id: str) -> dict[date, set[str]]:
    found: defaultdict[date, set[str]] = defaultdict(set)
    for event in reader.events:
        if event.app_id == app_id and event.user and reader.is_active(event):
            found[event.day].add(event.user)
    return found


def registered_before(reader: Reader, app_id: str) -> set[str]:
    since = date.fromisoformat(reader.apps[app_id]["events_since"])
    rows = reader.database(f"select user_id, registered_at from users where app_id = '{app_id}'")
    return {
        row["user_id"]
        for row in rows
        if reader.local_day(app_id, datetime.fromisoformat(row["registered_at"])) < since
    }


@pytest.mark.parametrize("app_id", APPS)
def test_active_users(reader: Reader, truth: Truth, app_id: str) -> None:
    active = active_sets(reader, app_id)
    assert complete(reader, app_id, {day: len(users) for day, users in active.items()}) == daily(
        truth, app_id, "dau"
    )
    for code, length in (("wau", 7),):
        for start, value in daily(truth, app_id, code).items():
            days = [date.fromisoformat(start) - timedelta(days=n) for n in range(length)]
            assert len(set().union(*(active[day] for day in days))) == value


@pytest.mark.parametrize("app_id", APPS)
def test_new_users_and_their_retention(reader: Reader, truth: Truth, app_id: str) -> None:
    active = active_sets(reader, app_id)
    old, first = registered_before(reader, app_id), dict[str, date]()
    for day in sorted(active):
        for user in active[day] - old:
            first.setdefault(user, day)
    new = complete(reader, app_id, Counter(first.values()))  # type: ignore[arg-type]
    assert new == {day: value for day, value in daily(truth, app_id, "new_users").items() if value}
    for start, value in daily(truth, app_id, "retention_d1").items():
        row = truth[app_id, "retention_d1", "day", start, "all", "all"]
        cohort = {user for user, day in first.items() if day.isoformat() == start}
        kept = cohort & active[date.fromisoformat(start) + timedelta(days=1)]
        assert (Decimal(row["denominator"]), Decimal(row["numerator"])) == (len(cohort), len(kept)), value


@pytest.mark.parametrize("app_id", APPS)
def test_first_touches_show_the_acquisition_channel(reader: Reader, app_id: str) -> None:
    sources = {"google": "google_ads", "oceanengine": "ocean_engine", "wechat": "wechat"}
    first: dict[str, str] = {}
    for event in reader.events:
        if event.app_id == app_id and event.user and reader.is_active(event):
            words = event.properties
            first.setdefault(
                event.user, sources.get(words.get("utm_source", ""), words.get("channel", "direct"))
            )
    rows = reader.database(f"select user_id, acquisition_channel from users where app_id = '{app_id}'")
    given = {row["user_id"]: row["acquisition_channel"] for row in rows if row["acquisition_channel"]}
    assert {user: first[user] for user in given if user in first} == {
        u: c for u, c in given.items() if u in first
    }
    assert any(row["acquisition_channel"] is None for row in rows)


@pytest.mark.parametrize("app_id", APPS)
def test_sessions_and_pages(reader: Reader, truth: Truth, app_id: str) -> None:
    sessions, bounces, pages = Counter[date](), Counter[date](), Counter[date]()
    running: dict[str, list] = {}
    for event in reader.events:
        if event.app_id != app_id or not event.user:
            continue
        pages[event.day] += reader.measure(event) == "page_view"
        if not reader.is_active(event):
            continue
        session = running.get(event.user)
        if session is None or event.at - session[0] > timedelta(minutes=30):
            if session is not None:
                bounces[session[1]] += session[2] == 1
            running[event.user] = session = [event.at, event.day, 0]
            sessions[event.day] += 1
        session[0], session[2] = event.at, session[2] + 1
    for session in running.values():
        bounces[session[1]] += session[2] == 1
    assert complete(reader, app_id, pages) == daily(truth, app_id, "pv")  # type: ignore[arg-type]
    for start in daily(truth, app_id, "bounce_rate"):
        row = truth[app_id, "bounce_rate", "day", start, "all", "all"]
        day = date.fromisoformat(start)
        assert (Decimal(row["numerator"]), Decimal(row["denominator"])) == (bounces[day], sessions[day])


@pytest.mark.parametrize("app_id", APPS)
def test_orders_and_revenue(reader: Reader, truth: Truth, app_id: str) -> None:
    orders, gross, refunded = (
        Counter[date](),
        defaultdict[date, Decimal](Decimal),
        defaultdict[date, Decimal](Decimal),
    )
    excluded = reader.excluded(reader.events)
    rate_days: dict[str, tuple[date, str]] = {}
    currency = reader.apps[app_id]["currency"]
    for row in reader.database(f"select * from orders where app_id = '{app_id}' and paid_at is not null"):
        day = reader.local_day(app_id, datetime.fromisoformat(row["paid_at"]))
        if day >= excluded.get((app_id, row["user_id"]), date.max):
            continue
        rate_days[row["order_id"]] = (day, row["currency_code"] or currency)
        orders[day] += 1
        gross[day] += reader.in_cny(row["gross_amount"], row["currency_code"] or currency, day)
    for row in reader.database(f"select * from refunds where app_id = '{app_id}'"):
        if row["order_id"] in rate_days:
            paid, order_currency = rate_days[row["order_id"]]
            day = reader.local_day(app_id, datetime.fromisoformat(row["refunded_at"]))
            refunded[day] += reader.in_cny(row["amount"], order_currency, paid)
    for code, counts in (("orders", orders), ("gross_revenue", gross), ("refunded_revenue", refunded)):
        told = {day: value for day, value in daily(truth, app_id, code).items() if value}
        assert complete(reader, app_id, counts) == told, code  # type: ignore[arg-type]
    net = {day: gross[day] - refunded[day] for day in {*gross, *refunded}}
    told = {day: value for day, value in daily(truth, app_id, "net_revenue").items() if value}
    assert complete(reader, app_id, net) == told  # type: ignore[arg-type]


@pytest.mark.parametrize("app_id", APPS)
def test_tickets_and_their_answers(reader: Reader, truth: Truth, app_id: str) -> None:
    excluded = reader.excluded(reader.events)
    opened, complaints = Counter[date](), Counter[date]()
    seconds, scores = defaultdict[date, list[Decimal]](list), defaultdict[date, list[Decimal]](list)
    for row in reader.database(f"select * from tickets where app_id = '{app_id}'"):
        created = datetime.fromisoformat(row["created_at"])
        day = reader.local_day(app_id, created)
        if day >= excluded.get((app_id, row["user_id"]), date.max):
            continue
        opened[day] += 1
        complaints[day] += row["feedback_type"] == "complaint"
        if row["first_responded_at"]:
            took = datetime.fromisoformat(row["first_responded_at"]) - created
            seconds[day].append(Decimal(took // timedelta(milliseconds=1)) / 1000)
        if row["satisfaction_score"]:
            scores[day].append(Decimal(row["satisfaction_score"]))
    told = {day: value for day, value in daily(truth, app_id, "tickets").items() if value}
    assert complete(reader, app_id, opened) == told  # type: ignore[arg-type]
    active = active_sets(reader, app_id)
    for code, parts in (
        ("complaint_rate", {day: (Decimal(complaints[day]), len(active[day])) for day in active}),
        ("first_response_seconds", {day: (sum(took), len(took)) for day, took in seconds.items()}),
        ("satisfaction_score", {day: (sum(given), len(given)) for day, given in scores.items()}),
    ):
        expected = {
            day.isoformat(): (above / below).quantize(Decimal("0.00000001"), ROUND_HALF_UP)
            for day, (above, below) in parts.items()
            if below and day <= reader.last_complete(app_id)
        }
        assert daily(truth, app_id, code) == expected, code


def test_content_views_of_all_channels(reader: Reader, truth: Truth, company: Path) -> None:
    views = Counter[date]()
    for event in reader.events:
        views[event.day] += event.app_id == "aurora" and reader.measure(event) == "content_view"
    state = json.loads((company / "company/wechat.json").read_text("utf-8"))["gh_aurora"]
    for article in state["articles"]:
        before = 0
        for detail in article["details"]:
            views[date.fromisoformat(detail["stat_date"])] += detail["read_count"] - before
            before = detail["read_count"]
    notes: dict[tuple[str, date], tuple[date, int]] = {}
    for path in sorted((company / "inbox/platform_exports/xiaohongshu/aurora").glob("*.csv")):
        for row in read_csv(path, "gbk"):
            if row["统计日期"] != "合计":
                key = (row["笔记ID"], date.fromisoformat(row["统计日期"]))
                notes[key] = (date.fromisoformat(row["首次发布时间"]), int(row["观看量"]))
    last: dict[str, int] = {}
    for (note, day), (published, total) in sorted(notes.items()):
        if note in last or (day - published).days <= 1:
            views[day] += total - last.get(note, 0)
        last[note] = total
    assert complete(reader, "aurora", views) == daily(truth, "aurora", "content_views")  # type: ignore[arg-type]


def test_ad_spend(reader: Reader, truth: Truth, company: Path) -> None:
    state = json.loads((company / "company/ads.json").read_text("utf-8"))
    for app_id, platform, currency in (("harbor", "google_ads", "USD"), ("aurora", "ocean_engine", "CNY")):
        spend: defaultdict[date, Decimal] = defaultdict(Decimal)
        (account,) = state[platform].values()
        for row in [*account["rows"], *account["unallocated"]]:
            day = date.fromisoformat(row["report_date"])
            restated = row["restated"] or {}
            age = (reader.local_day(app_id, reader.as_of) - day).days
            known = restated if age >= restated.get("after_days", 10_000) else row
            cost = known["cost"] if "cost" in known else Decimal(known["cost_micros"]) / 1_000_000
            spend[day] += reader.in_cny(str(cost), currency, day)
        assert complete(reader, app_id, spend) == daily(truth, app_id, "ad_spend")  # type: ignore[arg-type]


def test_the_traps_are_there(reader: Reader, company: Path) -> None:
    """Late, repeated, broken and implausible lines exist, and as many as the marker says."""
    counts = json.loads((company / "company/demo.json").read_text("utf-8"))["events"]
    told = {
        name: sum(app.get(name, 0) for app in counts.values())
        for name in (*reader.bad_lines, "repeated", "late")
    }
    assert {name: told[name] for name in reader.bad_lines} == dict(reader.bad_lines)
    assert set(reader.bad_lines) == {"blank", "broken_json", "no_user", "no_event_name", "bad_timestamp"}
    assert (reader.repeated, told["late"] > 0, reader.left_out) == (told["repeated"], True, 18)
