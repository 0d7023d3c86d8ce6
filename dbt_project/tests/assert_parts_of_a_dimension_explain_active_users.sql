-- Every active user has exactly one channel, country and region, and at least one platform and app version; new users
-- have exactly one first value of each. A dimension without any row is found as well.
{{ config(meta={"dagster": {"ref": {"name": "fct_active_users"}}}) }}

with parts as (
    select
        app_id,
        activity_date,
        dimension,
        sum(dau) as dau,
        sum(wau) as wau,
        sum(mau) as mau,
        max(dau) as largest_dau,
        max(wau) as largest_wau,
        max(mau) as largest_mau,
        sum(new_users) as new_users
    from {{ ref("fct_active_users") }}
    where dimension in ('channel', 'country', 'region', 'platform', 'app_version')
    group by app_id, activity_date, dimension
),

dimensions as (
    select 'channel' as dimension, true as is_single_valued
    union all
    select 'country', true
    union all
    select 'region', true
    union all
    select 'platform', false
    union all
    select 'app_version', false
)

select
    totals.app_id,
    totals.activity_date,
    dimensions.dimension
from {{ ref("fct_active_users") }} as totals
cross join dimensions
left join parts
    on
        totals.app_id = parts.app_id
        and totals.activity_date = parts.activity_date
        and dimensions.dimension = parts.dimension
where
    totals.dimension = 'all'
    and (
        totals.new_users <> coalesce(parts.new_users, 0)
        {%- for count in ["dau", "wau", "mau"] %}
        or totals.{{ count }} > coalesce(parts.{{ count }}, 0)
        or totals.{{ count }} < case
            when dimensions.is_single_valued then parts.{{ count }} else parts.largest_{{ count }}
        end
        {%- endfor %}
    )
