{{ config(meta={"dagster": {"ref": {"name": "dim_user_tiers"}}}) }}

select
    tiers.app_id,
    tiers.user_id
from {{ ref("dim_user_tiers") }} as tiers
inner join {{ ref("dim_users") }} as users on tiers.app_id = users.app_id and tiers.user_id = users.user_id
where tiers.valid_to is null and tiers.tier <> users.tier
