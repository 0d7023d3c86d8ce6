-- depends_on: {{ source('platform_exports', 'promotion_costs') }}
-- Sheets overlap and correct each other: the newest download of a day's row counts.
select
    {{ hash_key(['costs.app_id', 'costs.platform', 'costs.cost_date', 'costs.channel', 'costs.site', 'costs.promoter', 'costs.activity_id']) }}
        as promotion_id,
    costs.app_id,
    costs.platform,
    costs.cost_date,
    costs.channel,
    costs.site,
    costs.promoter,
    costs.activity_id,
    cast(costs.sign_ups as bigint) as sign_ups,
    cast(costs.amount as decimal(20, 6)) as amount,
    upper(costs.currency) as currency,
    costs.note,
    cast(costs._observed_at as timestamp) as observed_at,
    costs._batch_id as batch_id
from {{ read_raw('platform_exports', 'promotion_costs') }} as costs
cross join {{ ref('stg_meta__run') }} as run
where cast(costs._observed_at as timestamp) <= run.as_of
qualify row_number() over (
    partition by
        costs.app_id, costs.platform, costs.cost_date, costs.channel, costs.site, costs.promoter, costs.activity_id
    order by costs._observed_at desc, costs._batch_id desc, costs._source_file desc, costs._source_row desc
) = 1
