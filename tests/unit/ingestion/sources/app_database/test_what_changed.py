"""Only what changed is read again, nothing is lost at the border, and what is gone is noticed: in both databases."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase

pytestmark = pytest.mark.xdist_group("postgresql")

ORDERS = "create table orders (app_id text, order_id text, user_id text, gross_amount numeric(20, 2), updated_at {})"


def order(number: int, amount: str, updated_at: str) -> str:
    return f"insert into orders values ('shop', 'o{number}', 'u1', {amount}, '{updated_at}')"


@pytest.fixture
def orders(shop: CompanyDatabase) -> CompanyDatabase:
    kind = "text" if shop.kind == "sqlite" else "timestamptz"
    shop.execute(ORDERS.format(kind), *(order(n, "1.00", f"2026-03-30 04:00:0{n}Z") for n in range(1, 6)))
    return shop


def reading(shop: CompanyDatabase) -> tuple[str, int, bool]:
    """How orders were read last: what, how many rows, and whether all keys were looked at."""
    found = shop.outcome("orders")
    return found["reading"], found["rows"], found["is_swept"]


def test_the_second_reading_of_a_day_asks_for_what_changed(orders: CompanyDatabase) -> None:
    orders.pull()
    assert reading(orders) == ("whole", 5, True)
    orders.execute(order(6, "2.00", "2026-04-01 01:20:00Z"))
    orders.pull(1)
    assert reading(orders) == ("changes", 6, False), "the first five are within the hour before the newest"
    orders.execute(
        "update orders set gross_amount = 9, updated_at = '2026-04-01 02:20:00Z' where order_id = 'o1'"
    )
    orders.pull(2, overlap_minutes=0)
    assert reading(orders) == ("changes", 2, False), "o6 stands at the watermark, o1 changed"
    assert orders.latest("orders", "order_id")["o1"]["gross_amount"] == Decimal(9)
    assert len(orders.rows("orders")) == 7


def test_ties_at_the_watermark_are_not_lost(orders: CompanyDatabase) -> None:
    orders.pull(overlap_minutes=0)
    orders.execute(order(6, "2.00", "2026-03-30 04:00:05Z"))
    orders.pull(1, overlap_minutes=0)
    assert reading(orders) == ("changes", 2, False)
    assert "o6" in orders.latest("orders", "order_id")


def test_a_row_without_a_time_is_read_each_time(orders: CompanyDatabase) -> None:
    orders.execute("update orders set updated_at = null where order_id = 'o1'")
    orders.pull(overlap_minutes=0)
    orders.execute("update orders set gross_amount = 7 where order_id = 'o1'")
    orders.pull(1, overlap_minutes=0)
    assert reading(orders) == ("changes", 2, False)
    assert orders.latest("orders", "order_id")["o1"]["gross_amount"] == Decimal(7)


def test_a_time_in_the_future_does_not_stop_the_readings(orders: CompanyDatabase) -> None:
    orders.execute(order(6, "2.00", "2099-01-01 00:00:00Z"))
    orders.pull(overlap_minutes=0)
    orders.execute(order(7, "2.00", "2026-04-01 01:30:00Z"))
    orders.pull(1, overlap_minutes=0)
    assert "o7" in orders.latest("orders", "order_id")


def test_a_deleted_row_leaves_the_newest_state_and_keeps_its_history(orders: CompanyDatabase) -> None:
    orders.pull()
    orders.execute("delete from orders where order_id in ('o2', 'o3')")
    orders.pull(1)
    assert len(orders.latest("orders", "order_id")) == 5, "the sweep is once a day"
    orders.pull(24)
    assert reading(orders) == ("changes", 3, True)
    assert set(orders.latest("orders", "order_id")) == {"o1", "o4", "o5"}
    states = [
        (row["gross_amount"], row["is_deleted"]) for row in orders.rows("orders") if row["order_id"] == "o2"
    ]
    assert states == [(Decimal(1), None), (Decimal(1), True)]
    orders.pull(48)
    assert len(orders.rows("orders")) == 7, "it is reported once"
    orders.execute(order(2, "1.00", "2026-03-30 04:00:02Z"))
    orders.pull(72, overlap_minutes=0)
    assert reading(orders) == ("whole", 4, True), (
        "a row that comes back with an old time is missed, so all is read"
    )
    assert set(orders.latest("orders", "order_id")) == {"o1", "o2", "o4", "o5"}


def test_a_row_that_was_written_late_is_found_by_the_sweep(orders: CompanyDatabase) -> None:
    orders.pull()
    orders.execute(
        "update orders set gross_amount = 5, updated_at = '2026-03-29 00:00:00Z' where order_id = 'o4'"
    )
    orders.pull(1)
    assert orders.latest("orders", "order_id")["o4"]["gross_amount"] == Decimal(1)
    orders.pull(24)
    assert orders.latest("orders", "order_id")["o4"]["gross_amount"] == Decimal(5)


def test_after_a_withdrawal_everything_is_read_again(orders: CompanyDatabase) -> None:
    orders.pull()
    orders.execute(order(6, "2.00", "2026-04-01 01:20:00Z"))
    (second,) = orders.pull(1)
    orders.pull(2)
    orders.withdraw(second)
    orders.pull(3)
    assert reading(orders) == ("whole", 6, True)
    assert "o6" in orders.latest("orders", "order_id")


def test_another_mapping_reads_everything_again(orders: CompanyDatabase) -> None:
    orders.execute("alter table orders add column place text", "update orders set place = 'web'")
    orders.pull()
    orders.pull(1, tables={"orders": {"columns": {"channel": "place"}}})
    assert reading(orders) == ("whole", 5, True)
    assert {row["channel"] for row in orders.latest("orders", "order_id").values()} == {"web"}


def test_a_table_whose_times_do_not_tell_every_change_is_read_whole(orders: CompanyDatabase) -> None:
    whole = {"orders": {"reading": "whole"}}
    orders.pull(tables=whole)
    orders.execute("update orders set gross_amount = 8 where order_id = 'o1'")
    orders.pull(1, tables=whole)
    assert reading(orders) == ("whole", 5, True)
    assert orders.latest("orders", "order_id")["o1"]["gross_amount"] == Decimal(8)


def test_a_wall_clock_without_offset_hangs_where_the_configuration_says(shop: CompanyDatabase) -> None:
    kind = "text" if shop.kind == "sqlite" else "timestamp"
    shop.execute(
        f"create table creators (app_id text, creator_id text, updated_at {kind})",
        "insert into creators values ('shop', 'c1', '2026-04-01 08:30:00.5'), ('shop', 'c2', '2026-03-30 00:00:00')",
    )
    known = {"timezone": "Asia/Shanghai", "overlap_minutes": 0}
    shop.pull(**known)
    times = {key: row["updated_at"] for key, row in shop.latest("creators", "creator_id").items()}
    assert times["c1"] == datetime(2026, 4, 1, 0, 30, 0, 500_000, tzinfo=UTC)
    assert times["c2"] == datetime(2026, 3, 29, 16, tzinfo=UTC)
    assert shop.outcome("creators")["changed_through"] == times["c1"]
    shop.execute("insert into creators values ('shop', 'c3', '2026-04-01 08:30:01')")
    shop.pull(1, **known)
    assert shop.outcome("creators")["reading"] == "changes"
    assert shop.outcome("creators")["rows"] == 2, "c1 stands at the watermark"
    assert set(shop.latest("creators", "creator_id")) == {"c1", "c2", "c3"}
    shop.execute("delete from creators where creator_id = 'c2'")
    shop.pull(24, **known)
    assert shop.outcome("creators")["reading"] == "changes", "the sweep knows all keys at their times"
    assert set(shop.latest("creators", "creator_id")) == {"c1", "c3"}
    shop.pull(25, overlap_minutes=0)
    assert shop.outcome("creators")["reading"] == "whole", (
        "another time zone makes other moments of everything"
    )


def test_a_held_batch_is_no_ground_to_go_on_from(orders: CompanyDatabase) -> None:
    orders.pull()
    orders.execute(order(6, "2.00", "2026-04-01 01:20:00Z"))
    (second,) = orders.pull(1)
    orders.withdraw(second)
    orders.pull(2)
    assert "o6" in orders.latest("orders", "order_id")


def test_a_soft_deletion_is_a_column_like_any_other(shop: CompanyDatabase) -> None:
    kind = "integer" if shop.kind == "sqlite" else "boolean"
    yes, no = ("1", "0") if shop.kind == "sqlite" else ("true", "false")
    shop.execute(
        f"create table creators (app_id text, creator_id text, gone {kind})",
        f"insert into creators values ('shop', 'c1', {no}), ('shop', 'c2', {yes})",
    )
    shop.pull(tables={"creators": {"columns": {"is_deleted": "gone"}}})
    assert set(shop.latest("creators", "creator_id")) == {"c1"}
