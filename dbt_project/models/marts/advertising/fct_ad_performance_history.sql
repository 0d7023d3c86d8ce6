-- A later whole answer for the same account and day takes the place of all rows of the one before; the rest that
-- belongs to no ad follows from both reports, so either one renews it.
with moments as (
    select distinct
        platform,
        account_id,
        report_date,
        observed_at
    from {{ ref('stg_ad_platforms__pulls') }}
    where is_whole and report_date is not null and entity in ('ad_performance', 'account_performance')
),

ad_moments as (
    select
        platform,
        account_id,
        report_date,
        observed_at,
        lead(observed_at) over (partition by platform, account_id, report_date order by observed_at) as superseded_at
    from {{ ref('stg_ad_platforms__pulls') }}
    where is_whole and entity = 'ad_performance'
),

rest_moments as (
    select
        moments.*,
        lead(observed_at) over (partition by platform, account_id, report_date order by observed_at) as superseded_at
    from moments
)

select
    observations.app_id,
    observations.channel,
    observations.platform,
    observations.account_id,
    observations.account_name,
    observations.campaign_id,
    observations.campaign_name,
    observations.ad_group_id,
    observations.ad_group_name,
    observations.ad_id,
    observations.ad_name,
    observations.report_date,
    observations.activity_id,
    observations.currency_code,
    cast(observations.fx_rate as decimal(20, 10)) as fx_rate,
    observations.spend,
    observations.spend_reporting,
    observations.impressions,
    observations.clicks,
    observations.conversions,
    observations.conversion_value,
    observations.conversion_value_reporting,
    observations.video_views,
    observations.observed_at,
    case
        when observations.ad_id = '(unallocated)' then rest_moments.superseded_at
        else ad_moments.superseded_at
    end as superseded_at,
    observations.tz_exact,
    observations.is_mature,
    observations.is_newest
from {{ ref('int_ad_observations') }} as observations
left join ad_moments
    on
        observations.platform = ad_moments.platform
        and observations.account_id = ad_moments.account_id
        and observations.report_date = ad_moments.report_date
        and observations.observed_at = ad_moments.observed_at
left join rest_moments
    on
        observations.platform = rest_moments.platform
        and observations.account_id = rest_moments.account_id
        and observations.report_date = rest_moments.report_date
        and observations.observed_at = rest_moments.observed_at
