select
    claims.app_id,
    claims.refund_id,
    claims.order_id,
    claims.user_id,
    claims.refunded_at,
    claims.refund_date,
    claims.amount,
    claims.currency_code,
    claims.amount_reporting
from {{ ref('int_refund_claims') }} as claims
anti join {{ ref('int_excluded_users') }} as excluded
    on
        claims.app_id = excluded.app_id
        and claims.user_id = excluded.user_id
        and claims.refund_date >= excluded.from_date
where claims.has_order
