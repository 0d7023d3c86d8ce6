-- An order does not make a user active. Such users exist; many of them mean that identities do not meet.
{{ config(severity="warn", meta={"dagster": {"ref": {"name": "dim_users"}}}) }}

select
    app_id,
    user_id
from {{ ref("dim_users") }}
where orders > 0 and first_active_date is null
