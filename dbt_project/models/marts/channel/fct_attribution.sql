{{ config(materialized='view') }}

select
    app_id,
    conversion_id,
    attribution_model,
    touch_number,
    user_id,
    channel,
    campaign,
    touched_at,
    converted_at,
    credit,
    attributed_revenue
from {{ ref('int_attribution') }}
where attribution_model <> '(gone)'
