-- The three retention types are sums over a range of distances from the cohort: on = N..N, within = 1..N,
-- on_or_after = N and more.
with distances as (
    select * from {{ ref("int_cohort_distances") }}
),

cohorts as (
    select
        app_id,
        cohort_type,
        grain,
        cohort_index,
        dimension,
        dimension_value,
        users as cohort_users
    from distances
    where retention_type = 'on' and distance = 0
),

numbers as (
    select 'day' as grain, {{ each_number(0, 30) }} as period_number
    union all
    select 'day' as grain, 60 as period_number
    union all
    select 'day' as grain, 90 as period_number
    union all
    select 'week' as grain, {{ each_number(0, 12) }} as period_number
    union all
    select 'month' as grain, {{ each_number(0, 12) }} as period_number
),

kinds as (
    select 'new' as cohort_type, 'on' as retention_type, true as is_by_dimension
    union all
    select 'new', 'within', false
    union all
    select 'new', 'on_or_after', false
    union all
    select 'active', 'on', false
    union all
    select 'active', 'within', false
),

-- A cell exists once its period has begun; the calendar ends with the period of the running day.
cells as (
    select
        cohorts.app_id,
        cohorts.cohort_type,
        cohorts.grain,
        cohorts.cohort_index,
        starts.period_start as cohort_start,
        kinds.retention_type,
        numbers.period_number,
        cohorts.dimension,
        cohorts.dimension_value,
        cohorts.cohort_users,
        case kinds.retention_type when 'within' then least(1, numbers.period_number) else numbers.period_number end
            as nearest,
        case kinds.retention_type when 'on_or_after' then 1000000 else numbers.period_number end as furthest,
        starts.is_complete and targets.is_complete and (cohorts.cohort_type = 'active' or starts.is_new_known) as is_mature,
        apps.last_complete_date as as_of_date
    from cohorts
    inner join kinds
        on cohorts.cohort_type = kinds.cohort_type and (cohorts.dimension = 'all' or kinds.is_by_dimension)
    inner join numbers
        on cohorts.grain = numbers.grain and (cohorts.cohort_type = 'new' or numbers.period_number <= 30)
    inner join {{ ref("int_app_periods") }} as starts
        on
            cohorts.app_id = starts.app_id
            and cohorts.grain = starts.grain
            and cohorts.cohort_index = starts.period_index
    inner join {{ ref("int_app_periods") }} as targets
        on
            cohorts.app_id = targets.app_id
            and cohorts.grain = targets.grain
            and cohorts.cohort_index + numbers.period_number = targets.period_index
    inner join {{ ref("int_apps") }} as apps on cohorts.app_id = apps.app_id
),

retained as (
    select
        cells.app_id,
        cells.cohort_type,
        cells.grain,
        cells.cohort_start,
        cells.retention_type,
        cells.period_number,
        cells.dimension,
        cells.dimension_value,
        cells.cohort_users,
        case when cells.period_number = 0 then cells.cohort_users else coalesce(sum(distances.users), 0) end
            as retained_users,
        cells.is_mature,
        cells.as_of_date
    from cells
    left join distances
        on
            cells.app_id = distances.app_id
            and cells.cohort_type = distances.cohort_type
            and cells.grain = distances.grain
            and cells.cohort_index = distances.cohort_index
            and cells.dimension = distances.dimension
            and cells.dimension_value = distances.dimension_value
            and cells.retention_type = distances.retention_type
            and distances.distance >= cells.nearest
            and distances.distance <= cells.furthest
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12
)

select
    app_id,
    cohort_type,
    grain,
    cohort_start,
    retention_type,
    cast(period_number as bigint) as period_number,
    dimension,
    dimension_value,
    cast(cohort_users as bigint) as cohort_users,
    cast(retained_users as bigint) as retained_users,
    {{ ratio("retained_users", "cohort_users") }} as retention_rate,
    is_mature,
    as_of_date
from retained
