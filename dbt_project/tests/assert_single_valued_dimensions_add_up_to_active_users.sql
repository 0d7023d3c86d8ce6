-- Every active user has exactly one channel, country and region.
{{ config(meta={"dagster": {"ref": {"name": "fct_active_users"}}}) }}

with parts as (
    select
        app_id,
        activity_date,
        dimension,
        sum(dau) as dau,
        sum(wau) as wau,
        sum(mau) as mau,
        sum(new_users) as new_users
    from {{ ref("fct_active_users") }}
    where dimension in ('channel', 'country', 'region')
    group by app_id, activity_date, dimension
),

dimensions as (
    select 'channel' as dimension
    union all
    select 'country'
    union all
    select 'region'
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
        totals.dau <> coalesce(parts.dau, 0)
        or totals.wau <> coalesce(parts.wau, 0)
        or totals.mau <> coalesce(parts.mau, 0)
        or totals.new_users <> coalesce(parts.new_users, 0)
    )
