"""The truth holds the identities that its words imply."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.ingestion.demo.reading import read_truth

Rows = dict[tuple[str, str, str, str, str, str], dict[str, str]]


@pytest.fixture(scope="module")
def rows(company: Path) -> Rows:
    return read_truth(company)


def values(rows: Rows, code: str, dimension: str = "all") -> dict[tuple[str, str, str], Decimal]:
    found: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for key, row in rows.items():
        if key[1] == code and key[4] == dimension:
            found[key[0], key[2], key[3]] += Decimal(row["value"])
    return found


def test_new_users_by_channel_sum_to_all(rows: Rows) -> None:
    parts = values(rows, "new_users", "channel")
    assert parts
    assert all(
        parts.get(key, Decimal(0)) == value
        for key, value in values(rows, "new_users").items()
        if key[1] == "day"
    )


def test_wider_windows_hold_more_users(rows: Rows) -> None:
    dau, wau, mau = (values(rows, code) for code in ("dau", "wau", "mau"))
    assert wau
    assert all(dau[key] <= value for key, value in wau.items())
    assert all(wau[key] <= value for key, value in mau.items())


def test_users_flow(rows: Rows) -> None:
    active, new, back, gone = (
        values(rows, code) for code in ("dau", "new_users", "resurrected_users", "dormant_users")
    )
    before: dict[str, Decimal] = {}
    for app_id, grain, day in sorted(active):
        key = (app_id, grain, day)
        assert active[key] == before.get(app_id, Decimal(0)) - gone[key] + new[key] + back[key]
        before[app_id] = active[key]


def test_the_company_is_the_sum_of_its_apps(rows: Rows) -> None:
    for code in ("dau", "orders", "net_revenue", "new_users", "ad_spend"):
        by_app = values(rows, code)
        for (app_id, grain, start), value in by_app.items():
            if app_id == "*" and grain == "day":
                assert value == sum(
                    by_app.get((app, grain, start), Decimal(0)) for app in ("aurora", "harbor")
                )


def test_net_revenue_and_arpu_add_up(rows: Rows) -> None:
    net, gross, refunded = (
        values(rows, code) for code in ("net_revenue", "gross_revenue", "refunded_revenue")
    )
    assert all(net[key] == gross[key] - refunded[key] for key in net)
    for key, row in rows.items():
        if key[1] == "arpu":
            assert Decimal(row["numerator"]) == net[key[0], key[2], key[3]]


def test_only_complete_periods_are_told(rows: Rows) -> None:
    last = {
        (app, grain): max(key[3] for key in rows if key[0] == app and key[2] == grain)
        for app in ("aurora", "harbor", "*") for grain in ("day", "week")
    }  # fmt: skip
    assert (last["aurora", "day"], last["harbor", "day"], last["*", "day"]) == (
        "2026-03-31", "2026-03-30", "2026-03-30",
    )  # fmt: skip
    assert (last["aurora", "week"], last["harbor", "week"], last["*", "week"]) == (
        "2026-03-23", "2026-03-22", "2026-03-23",
    )  # fmt: skip
    assert {key[0] for key in rows if key[2] == "month"} == {"aurora"}
    weekdays = {(key[0], date.fromisoformat(key[3]).weekday()) for key in rows if key[2] == "week"}
    assert weekdays == {("aurora", 0), ("harbor", 6), ("*", 0)}


def test_retention_waits_for_its_day(rows: Rows) -> None:
    starts = [key[3] for key in rows if key[:3] == ("aurora", "retention_d7", "day")]
    assert max(starts) <= "2026-03-24"
