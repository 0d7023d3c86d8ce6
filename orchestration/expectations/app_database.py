"""Tables of the app database: whole, and with currencies that exist."""

from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between, matches
from orchestration.expectations.volume import quarantine_share, size_of_previous

#: Column that says when the row's fact happened, by entity.
_MOMENTS = {
    "users": "registered_at",
    "orders": "paid_at",
    "refunds": "refunded_at",
    "points_ledger": "occurred_at",
    "user_tier_changes": "changed_at",
    "tickets": "created_at",
    "invitations": "invited_at",
}


def frames(view: BatchView) -> list[Frame]:
    return [quarantine_share(view), size_of_previous(view), *_currencies(view), *_clocks(view)]


def _currencies(view: BatchView) -> list[Frame]:
    return [
        Frame(
            f"currencies of {entity}",
            view.frame(
                f"select distinct currency_code from {view.new(entity)} where currency_code is not null"
            ),
            (matches("a currency is an ISO 4217 code", "currency_code", "^[A-Z]{3}$"),),
        )
        for entity in ("orders", "refunds")
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
