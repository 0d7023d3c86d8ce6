{{ config(meta={"dagster": {"ref": {"name": "fct_channel_daily"}}}) }}

-- The same users counted on two ways: by channel cohort and by retention of dimension channel.
with channel_cohorts as (
    {% for n in [1, 7, 30] %}
    select
        app_id,
        channel,
        acquisition_date,
        {{ n }} as period_number,
        new_users,
        retained_d{{ n }} as retained_users,
        is_mature_d{{ n }} as is_mature
    from {{ ref("fct_channel_daily") }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    retention.app_id,
    retention.dimension_value,
    retention.cohort_start,
    retention.period_number,
    retention.cohort_users,
    channel_cohorts.new_users,
    retention.retained_users,
    channel_cohorts.retained_users as retained_by_channel
from {{ ref("fct_user_retention") }} as retention
left join channel_cohorts
    on
        retention.app_id = channel_cohorts.app_id
        and retention.dimension_value = channel_cohorts.channel
        and retention.cohort_start = channel_cohorts.acquisition_date
        and retention.period_number = channel_cohorts.period_number
where
    retention.cohort_type = 'new'
    and retention.grain = 'day'
    and retention.retention_type = 'on'
    and retention.dimension = 'channel'
    and retention.period_number in (1, 7, 30)
    and (
        channel_cohorts.app_id is null
        or retention.cohort_users <> channel_cohorts.new_users
        or retention.retained_users <> channel_cohorts.retained_users
        -- Revenue needs the orders too, so a channel's cohort may be mature later, never earlier.
        or (channel_cohorts.is_mature and not retention.is_mature)
    )
