with touched as (
    select batch_id, event_date as touched_date from {{ ref("int_kept_events") }}
    union
    select batch_id, report_date from {{ ref("stg_ad_platforms__pulls") }}
    {% for source in channel_platforms() %}
    union
    select batch_id, report_date from {{ ref("stg_" ~ source ~ "__pulls") }}
    {% endfor %}
),

counted as (
    select
        batch_id,
        cast(count(touched_date) as bigint) as touched_dates
    from touched
    group by batch_id
)

select
    batches.batch_id,
    batches.source,
    batches.entity,
    batches.file_name,
    batches.state,
    cast(batches.observed_at as timestamp) as observed_at,
    cast(batches.landed_at as timestamp) as landed_at,
    cast(batches.rows_read as bigint) as rows_read,
    cast(batches.rows_landed as bigint) as rows_landed,
    cast(batches.rows_duplicate as bigint) as rows_duplicate,
    cast(batches.rows_quarantined as bigint) as rows_quarantined,
    cast(batches.rows_blank as bigint) as rows_blank,
    counted.touched_dates,
    batches.sha256
from {{ ref("stg_meta__batches") }} as batches
left join counted on batches.batch_id = counted.batch_id
