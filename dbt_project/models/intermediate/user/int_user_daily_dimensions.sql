{{ config(materialized='view') }}

-- Most user-days have one platform and one app version, those of their first active event: only the others are stored.
{% for dimension in ["platform", "app_version"] -%}
select
    app_id,
    user_id,
    activity_date,
    '{{ dimension }}' as dimension,
    coalesce({{ dimension }}, '(unknown)') as dimension_value,
    run_id
from {{ ref("int_user_daily") }}
where is_active and not is_mixed
union all
{% endfor -%}
select
    app_id,
    user_id,
    activity_date,
    dimension,
    dimension_value,
    run_id
from {{ ref("int_mixed_user_days") }}
