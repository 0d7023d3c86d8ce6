-- depends_on: {{ source('google_ads', 'account_performance') }}
-- A pull's rows are found by its batch: what a newer whole pull no longer holds has vanished.
select
    answers.account_id,
    answers.account_name,
    answers.currency_code,
    answers.time_zone,
    answers.report_date,
    cast(cast(answers.cost_micros as decimal(20, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(20, 6)) as spend,
    cast(answers.impressions as bigint) as impressions,
    cast(answers.clicks as bigint) as clicks,
    cast(answers.conversions as decimal(20, 6)) as conversions,
    cast(answers.conversion_value as decimal(20, 6)) as conversion_value,
    cast(answers.video_views as bigint) as video_views,
    pulls.observed_at,
    pulls.batch_id,
    pulls.is_newest
from {{ read_raw('google_ads', 'account_performance') }} as answers
inner join {{ ref('stg_google_ads__pulls') }} as pulls
    on
        answers._batch_id = pulls.batch_id
        and answers.account_id = pulls.account_id
        and answers.report_date = pulls.report_date
        and pulls.entity = 'account_performance'
        and pulls.is_whole
-- Pages that shift while they are read may bring a row twice: the later answer counts.
qualify row_number() over (
    partition by answers.account_id, answers.report_date, pulls.observed_at
    order by answers._source_row desc, answers._source_file desc, answers._content_hash
) = 1
