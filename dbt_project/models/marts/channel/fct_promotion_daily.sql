select
    app_id,
    channel,
    coalesce(site, '(unknown)') as site,
    cost_date as promotion_date,
    cast(sum(claimed_sign_ups) as bigint) as claimed_sign_ups,
    cast(sum(amount_reporting) as decimal(38, 6)) as cost,
    {{ ratio('sum(amount_reporting)', 'sum(claimed_sign_ups)') }} as cost_per_claimed_sign_up
from {{ ref('int_channel_costs') }}
where origin <> 'workbook'
group by app_id, channel, coalesce(site, '(unknown)'), cost_date
