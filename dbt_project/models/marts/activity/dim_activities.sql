with plans as (
    select
        activities.*,
        cast(activities.start_at as date) as start_date,
        cast(activities.end_at as date) as end_date,
        coalesce(activities.currency, apps.currency_code) as currency_code
    from {{ ref('stg_ops_workbook__activities') }} as activities
    inner join {{ ref('int_apps') }} as apps on activities.app_id = apps.app_id
),

shared_dates as (
    select
        plans.activity_id,
        {{ dbt.listagg('others.activity_id', "','", 'order by others.activity_id') }} as overlapping_activity_ids
    from plans
    inner join plans as others
        on
            plans.app_id = others.app_id
            and plans.activity_id <> others.activity_id
            and plans.start_date <= others.end_date
            and others.start_date <= plans.end_date
    group by plans.activity_id
)

select
    plans.app_id,
    plans.activity_id,
    plans.activity_name,
    plans.activity_type,
    cast(plans.start_at as timestamp) as start_at,
    cast(plans.end_at as timestamp) as end_at,
    plans.start_date,
    plans.end_date,
    plans.participation_event,
    plans.control_group,
    plans.goal_kpi_code,
    cast(plans.goal_value as decimal(20, 6)) as goal_value,
    cast(plans.budget_amount as decimal(20, 6)) as budget_amount,
    plans.currency_code,
    plans.owner,
    shared_dates.overlapping_activity_ids
from plans
left join shared_dates on plans.activity_id = shared_dates.activity_id
