with newest_rows as (
    select
        app_id,
        batch_id
    from {{ ref('stg_app_database__orders') }}
    qualify row_number() over (partition by app_id order by observed_at desc, batch_id desc) = 1
),

-- Raw rows do not name their database; the readings of the batch that brought the newest order do.
app_databases as (
    select distinct
        newest_rows.app_id,
        pulls.account_id
    from newest_rows
    inner join {{ ref('stg_app_database__pulls') }} as pulls
        on newest_rows.batch_id = pulls.batch_id
    where pulls.entity = 'orders'
),

-- Refunds change what orders are worth, and are a table of their own, which may fail alone.
table_readings as (
    select
        account_id,
        entity,
        max(case when status = 'complete' then observed_at end) as last_read_at
    from {{ ref('stg_app_database__pulls') }}
    where entity in ('orders', 'refunds')
    group by account_id, entity
),

last_readings as (
    select
        account_id,
        case when count(*) = count(last_read_at) then min(last_read_at) end as last_read_at
    from table_readings
    group by account_id
)

select
    newest_rows.app_id,
    -- Where several databases may hold the app's orders, the one that was read longest ago.
    min(last_readings.last_read_at) as last_read_at
from newest_rows
left join app_databases
    on newest_rows.app_id = app_databases.app_id
left join last_readings
    on app_databases.account_id = last_readings.account_id
group by newest_rows.app_id
