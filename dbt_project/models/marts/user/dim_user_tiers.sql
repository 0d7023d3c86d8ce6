select
    app_id,
    user_id,
    changed_at as valid_from,
    lead(changed_at) over (partition by app_id, user_id order by changed_at) as valid_to,
    tier
from {{ ref("int_tier_changes") }}
