-- Data time where the rows have one: the moment of an event, the last report date with rows; else the delivery itself.
-- An API or a database that was asked and had nothing new is fresh too.
-- A source that is asked account by account is as fresh as the account that waits longest; one that was taken out of
-- sources.yaml is not waited for: it has not been asked within the cadence before the newest question.
with questions as (
    {% for source in ["app_database"] + channel_platforms() %}
    select
        '{{ source }}' as source,
        account_id,
        entity,
        observed_at,
        status
    from {{ ref("stg_" ~ source ~ "__pulls") }}
    union all
    {% endfor %}
    select
        platform as source,
        account_id,
        entity,
        observed_at,
        status
    from {{ ref("stg_ad_platforms__pulls") }}
),

accounts as (
    select
        source,
        entity,
        account_id,
        max(observed_at) as last_asked_at,
        coalesce(max(case when status = 'complete' then observed_at end), min(observed_at)) as waits_since
    from questions
    group by source, entity, account_id
),

asked_accounts as (
    select
        accounts.source,
        accounts.entity,
        accounts.waits_since,
        cadence.expected_every_hours,
        {{ add_seconds("accounts.last_asked_at", "coalesce(cadence.expected_every_hours, 0) * 3600") }} as asked_until,
        max(accounts.last_asked_at) over (partition by accounts.source, accounts.entity) as source_asked_at
    from accounts
    left join {{ ref("source_cadence") }} as cadence on accounts.source = cadence.source
),

longest_waits as (
    select
        source,
        entity,
        min(waits_since) as waits_since
    from asked_accounts
    where asked_until >= source_asked_at
    group by source, entity
),

asked as (
    select
        source,
        entity,
        observed_at,
        rows_landed > 0 as has_rows
    from {{ ref("stg_meta__batch_files") }}
    where state = 'accepted' and entity <> 'pulls'
    union all
    select
        source,
        entity,
        observed_at,
        false as has_rows
    from questions
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
                then
                    {{ add_seconds(
                        "coalesce(longest_waits.waits_since, deliveries.last_pulled_at)",
                        "cadence.expected_every_hours * 3600"
                    ) }}
        end as expected_by
    from deliveries
    left join data_times on deliveries.source = data_times.source and deliveries.entity = data_times.entity
    left join longest_waits on deliveries.source = longest_waits.source and deliveries.entity = longest_waits.entity
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
