-- depends_on: {{ source('ops_workbook', 'ad_accounts') }}
with snapshot as (
    {{ newest_snapshot('ad_accounts', ['platform', 'account_id', 'campaign_id']) }}
)

select
    {{ hash_key(['platform', 'account_id', 'campaign_id']) }} as mapping_id,
    platform,
    account_id,
    campaign_id,
    app_id,
    channel,
    activity_id,
    cast(_observed_at as timestamp) as observed_at,
    _batch_id as batch_id
from snapshot
