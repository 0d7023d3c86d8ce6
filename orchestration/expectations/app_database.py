"""Tables of the app database: whole, and with currencies that exist."""

from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between, matches
from orchestration.expectations.volume import SOME_ROWS, quarantine_share

#: Column that says when the row's fact happened, by entity.
_MOMENTS = {
    "users": "registered_at",
    "orders": "paid_at",
    "refunds": "refunded_at",
    "coupons": "granted_at",
    "recall_sends": "sent_at",
    "points_ledger": "occurred_at",
    "user_tier_changes": "changed_at",
    "tickets": "created_at",
    "invitations": "invited_at",
}


def frames(view: BatchView) -> list[Frame]:
    return [quarantine_share(view), _table_sizes(view), *_currencies(view), *_clocks(view)]


def _table_sizes(view: BatchView) -> Frame:
    """What a reading brings says little of a table's size; where all keys were looked at, they are counted."""
    sizes = view.frame(f"""
        with counted as (
            select account_id, entity, coalesce(table_rows, case when reading is null then "rows" end) as size,
                observed_at
            from {view.before("pulls")} where status = 'complete'
        ),
        before as (
            select * from counted where size is not null
            qualify row_number() over (partition by account_id, entity order by observed_at desc) = 1
        )
        select account_id || '.' || entity as table_name, now.table_rows, before.size as rows_before,
            now.table_rows / before.size as share_of_before
        from {view.new("pulls")} as now inner join before using (account_id, entity)
        where now.table_rows is not null and before.size >= {SOME_ROWS}""")
    note = "" if len(sizes) else f"no earlier count of {SOME_ROWS} rows: size is not compared"
    expectation = between("a table is at least half as long as before", "share_of_before", 0.5)
    return Frame("rows of tables against the count before", sizes, (expectation,), note, ("table_name",))


def _currencies(view: BatchView) -> list[Frame]:
    return [
        Frame(
            f"currencies of {entity}",
            view.frame(
                f"select distinct currency_code from {view.new(entity)} where currency_code is not null"
            ),
            (matches("a currency is an ISO 4217 code", "currency_code", "^[A-Z]{3}$"),),
        )
        for entity in ("orders", "refunds", "coupons")
        if view.has(entity)
    ]


def _clocks(view: BatchView) -> list[Frame]:
    return [
        Frame(
            f"moments of {entity}",
            view.frame(f"""
                select count(*) as moments, count(*) filter (where {column} > greatest(
                    _loaded_at, timestamptz '{view.as_of.isoformat()}') + interval 1 day) / count(*) as share_in_future
                from {view.new(entity)} where {column} is not null having count(*) >= 100"""),
            (between("at most a tenth of the moments is in the future", "share_in_future", 0, 0.1),),
        )
        for entity, column in _MOMENTS.items()
        if view.has(entity)
    ]
