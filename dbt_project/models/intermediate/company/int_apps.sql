{%- set data_models = [
    'int_event_names', 'stg_app_database__users', 'stg_app_database__contents',
    'stg_app_database__creators', 'stg_app_database__orders', 'stg_app_database__points_ledger',
    'stg_app_database__user_tier_changes', 'stg_app_database__invitations',
    'stg_app_database__tickets', 'stg_platform_exports__content_stats',
    'stg_wechat_official_account__user_cumulate', 'stg_wechat_official_account__article_total_detail',
    'stg_douyin__user_fans', 'stg_douyin__item_base', 'stg_ga4__sessions', 'stg_app_store__analytics',
    'stg_google_play__installs', 'stg_platform_exports__promotion_costs',
] -%}
-- Apps that data name although the workbook may not list them.
with seen_in_data as (
    {%- for model in data_models %}
    {%- if not loop.first %}
    union distinct
    {%- endif %}
    select app_id from {{ ref(model) }}
    {%- endfor %}
),

named as (
    select app_id from seen_in_data
    union distinct
    select app_id from {{ ref('stg_ops_workbook__apps') }}
    union distinct
    select app_id from {{ ref('stg_ops_workbook__ad_accounts') }}
    union distinct
    select app_id from {{ ref('stg_ops_workbook__channel_costs') }}
    union distinct
    select app_id from {{ ref('stg_ops_workbook__activities') }}
    union distinct
    -- Where spend of unmapped ad accounts goes. Without events, orders and launch date it has no life, so no days.
    select 'default' as app_id
),

apps as (
    select
        named.app_id,
        coalesce(listed.app_name, named.app_id) as app_name,
        coalesce(listed.timezone, 'Asia/Shanghai') as timezone,
        coalesce(listed.week_start, 'monday') as week_start,
        coalesce(listed.currency, 'CNY') as currency_code,
        listed.launch_date,
        listed.events_since,
        listed.app_id is not null as is_listed,
        seen_in_data.app_id is not null as is_seen_in_data
    from named
    left join {{ ref('stg_ops_workbook__apps') }} as listed
        on named.app_id = listed.app_id
    left join seen_in_data
        on named.app_id = seen_in_data.app_id
),

dated as (
    select
        apps.*,
        {{ local_date('run.as_of', 'apps.timezone') }} as current_date_local
    from apps
    cross join {{ ref('int_run') }} as run
)

select
    app_id,
    app_name,
    timezone,
    week_start,
    currency_code,
    launch_date,
    events_since,
    current_date_local,
    {{ add_days('current_date_local', -1) }} as last_complete_date,
    is_listed,
    is_seen_in_data
from dated
