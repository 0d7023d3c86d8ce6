-- Data time where the rows have one: the moment of an event, the last report date with rows; else the delivery itself.
-- An API or a database that was asked and had nothing new is fresh too.
with asked as (
    select
        source,
        entity,
        observed_at,
        rows_landed > 0 as has_rows
    from {{ ref("stg_meta__batch_files") }}
    where state = 'accepted' and entity <> 'pulls'
    {% for source in ["app_database"] + channel_platforms() %}
    union all
    select
        '{{ source }}' as source,
        entity,
        observed_at,
        false as has_rows
    from {{ ref("stg_" ~ source ~ "__pulls") }}
    where status = 'complete'
    {% endfor %}
    union all
    select
        platform as source,
        entity,
        observed_at,
        false as has_rows
    from {{ ref("stg_ad_platforms__pulls") }}
    where status = 'complete'
),

deliveries as (
    select
        asked.source,
        asked.entity,
        max(asked.observed_at) as last_pulled_at,
        max(case when asked.has_rows then asked.observed_at end) as last_rows_at
    from asked
    cross join {{ ref("int_run") }} as run
    where asked.observed_at <= run.as_of
    group by asked.source, asked.entity
),

data_times as (
    select
        'app_events' as source,
        'events' as entity,
        max(events.occurred_at) as last_data_at
    from {{ ref("int_kept_events") }} as events
    cross join {{ ref("int_run") }} as run
    where events.occurred_at <= run.as_of
    {% for source in channel_platforms() %}
    union all
    select
        '{{ source }}' as source,
        entity,
        max(cast(report_date as timestamp)) as last_data_at
    from {{ ref("stg_" ~ source ~ "__pulls") }}
    where is_whole and rows_pulled > 0
    group by entity
    {% endfor %}
    union all
    select
        platform as source,
        entity,
        max(cast(report_date as timestamp)) as last_data_at
    from {{ ref("stg_ad_platforms__pulls") }}
    where is_whole and rows_pulled > 0
    group by platform, entity
),

expected as (
    select
        deliveries.source,
        deliveries.entity,
        coalesce(data_times.last_data_at, deliveries.last_rows_at) as last_data_at,
        deliveries.last_pulled_at,
        case
            when cadence.expected_every_hours is not null
                then {{ add_seconds("deliveries.last_pulled_at", "cadence.expected_every_hours * 3600") }}
        end as expected_by
    from deliveries
    left join data_times on deliveries.source = data_times.source and deliveries.entity = data_times.entity
    left join {{ ref("source_cadence") }} as cadence on deliveries.source = cadence.source
)

select
    expected.source,
    expected.entity,
    cast(expected.last_data_at as timestamp) as last_data_at,
    cast(expected.last_pulled_at as timestamp) as last_pulled_at,
    cast(expected.expected_by as timestamp) as expected_by,
    coalesce(expected.expected_by < run.as_of, false) as is_late
from expected
cross join {{ ref("int_run") }} as run
