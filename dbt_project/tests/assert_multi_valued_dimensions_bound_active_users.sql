-- A user may be on two platforms, but is on one at least; new users have exactly one first platform and version.
{{ config(meta={"dagster": {"ref": {"name": "fct_active_users"}}}) }}

with parts as (
    select
        app_id,
        activity_date,
        dimension,
        max(mau) as largest_mau,
        sum(mau) as mau,
        sum(new_users) as new_users
    from {{ ref("fct_active_users") }}
    where dimension in ('platform', 'app_version')
    group by app_id, activity_date, dimension
)

select
    totals.app_id,
    totals.activity_date,
    parts.dimension
from {{ ref("fct_active_users") }} as totals
inner join parts on totals.app_id = parts.app_id and totals.activity_date = parts.activity_date
where
    totals.dimension = 'all'
    and (parts.largest_mau > totals.mau or parts.mau < totals.mau or parts.new_users <> totals.new_users)
