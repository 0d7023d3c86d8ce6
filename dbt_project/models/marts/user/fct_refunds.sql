select
    app_id,
    refund_id,
    order_id,
    user_id,
    refunded_at,
    refund_date,
    amount,
    currency_code,
    amount_reporting
from {{ ref('int_refunds') }}
