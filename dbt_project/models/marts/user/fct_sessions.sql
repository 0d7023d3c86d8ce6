{{ config(materialized='view') }}

select
    app_id,
    session_id,
    user_id,
    started_at,
    ended_at,
    session_date,
    duration_seconds,
    events,
    content_views,
    is_bounce,
    channel,
    campaign,
    platform,
    entry_page
from {{ ref('int_sessions') }}
