{{ config(severity="warn", meta={"dagster": {"ref": {"name": "fct_kpi_target_tree"}}}) }}

-- Where a tree of targets does not close within 0.5 %: the parts (apps of the company, values of a dimension, days) are more
-- than the whole, or less although every app has one; factors do not multiply to it, or not to the KPI; kpi_tree splits what
-- is no sum. Which of them is meant? And targets that no period of a KPI can ever meet,
-- and goals of activities that are no KPI: nobody would see them anywhere.
with tree as (
    select
        *,
        case when dimension_value = '(unassigned)' then 0 else 1 end as is_part
    from {{ ref("fct_kpi_target_tree") }}
),

parts as (
    select
        above.kpi_code,
        above.app_id,
        above.grain,
        above.period_start,
        above.node_id,
        above.target_value,
        above.actual_value,
        part.relation,
        part.dimension,
        sum(part.is_part) as parts,
        count(part.target_value) = count(*) as has_targets,
        count(part.actual_value) = count(*) as has_actuals,
        cast(sum(part.is_part * part.target_value) as double) as target_sum,
        exp(sum(ln(cast(case when part.target_value > 0 then part.target_value end as double)))) as target_product,
        exp(sum(ln(cast(case when part.actual_value > 0 then part.actual_value end as double)))) as actual_product,
        min(part.actual_value) > 0 as is_positive
    from tree as above
    inner join tree as part
        on
            above.app_id = part.app_id
            and above.grain = part.grain
            and above.period_start = part.period_start
            and above.node_id = part.parent_node_id
    group by
        above.kpi_code, above.app_id, above.grain, above.period_start, above.node_id, above.target_value, above.actual_value,
        part.relation, part.dimension
),

apps as (
    select count(*) as apps from {{ ref("stg_ops_workbook__apps") }}
),

problems as (
    select
        parts.*,
        case
            when relation = 'sum' and target_sum > target_value + 0.005 * abs(target_value)
                then concat('the sum of its parts by ', dimension)
            when
                relation = 'sum' and dimension = 'app' and parts.parts = apps.apps
                and target_sum < target_value - 0.005 * abs(target_value)
                then 'the sum of all its apps'
            when relation = 'product' and has_targets and abs(target_product - target_value) > 0.005 * abs(target_value)
                then 'the product of its factors'
            when
                relation = 'product' and has_actuals and is_positive
                and abs(actual_product - actual_value) > 0.005 * abs(actual_value)
                then 'its actual factors, which are not the KPI'
        end as problem
    from parts
    cross join apps
),

targets as (
    select
        targets.*,
        targets.app_id = '*' or own.app_id is not null as has_app,
        -- A week begins on the day before a Monday where it begins on Sunday.
        case
            when coalesce(own.week_start, run.week_start) = 'sunday' then {{ add_days("targets.period_start", 1) }}
            else targets.period_start
        end as monday
    from {{ ref("stg_ops_workbook__kpi_targets") }} as targets
    cross join {{ ref("int_run") }} as run
    left join {{ ref("int_apps") }} as own on targets.app_id = own.app_id
),

unmet as (
    select
        targets.*,
        case
            when definitions.kpi_code is null then 'there is no such KPI'
            when not targets.has_app then 'there is no such app'
            when plan.kpi_code is null then 'the KPI has no such grain'
            when targets.grain = 'month' and day(targets.period_start) <> 1 then 'no month begins on this date'
            when targets.grain = 'week' and targets.monday <> cast(date_trunc('week', targets.monday) as date)
                then 'no week of the app begins on this date'
        end as problem
    from targets
    left join {{ ref("dim_kpi") }} as definitions
        on targets.kpi_code = definitions.kpi_code and definitions.valid_to is null
    left join (select distinct kpi_code, grain from {{ ref("int_kpi_plan") }}) as plan
        on targets.kpi_code = plan.kpi_code and targets.grain = plan.grain
)

select
    kpi_code,
    app_id,
    grain,
    period_start,
    problem,
    cast(target_value as double) as target_value,
    case when relation = 'sum' then target_sum else target_product end as parts_value
from problems
where problem is not null
union all
select
    kpi_code,
    app_id,
    grain,
    period_start,
    problem,
    cast(target_value as double) as target_value,
    null as parts_value
from unmet
where problem is not null
union all
select
    activities.goal_kpi_code,
    activities.app_id,
    null as grain,
    cast(activities.start_at as date) as period_start,
    concat('the goal of the activity ', activities.activity_id, ': there is no such KPI') as problem,
    cast(activities.goal_value as double) as target_value,
    null as parts_value
from {{ ref("stg_ops_workbook__activities") }} as activities
left join {{ ref("dim_kpi") }} as definitions
    on activities.goal_kpi_code = definitions.kpi_code and definitions.valid_to is null
where activities.goal_kpi_code is not null and definitions.kpi_code is null
union all
select
    parent_kpi_code,
    null,
    null,
    null,
    'kpi_tree splits it as a sum, but it is none' as problem,
    null,
    null
from {{ ref("stg_ops_workbook__kpi_tree") }} as edges
left join {{ ref("dim_kpi") }} as definitions
    on edges.parent_kpi_code = definitions.kpi_code and definitions.valid_to is null
where
    edges.relation = 'sum'
    and (
        edges.parent_kpi_code <> edges.child_kpi_code
        or edges.split_dimension is null
        or coalesce(definitions.additivity, 'non') <> 'additive'
    )
