{{ config(severity="warn", meta={"dagster": {"ref": {"name": "stg_ops_workbook__kpi_targets"}}}) }}

-- Targets whose parts are more than the whole by over 0.5 % (apps of the company, values of a dimension, days of a week
-- or month), are less although every app has one, or do not multiply to it: which of them is meant?
with definitions as (
    select kpi_code, max_by(additivity, caliber_version) as additivity
    from {{ ref("int_kpi_definitions") }}
    group by kpi_code
),

targets as (
    select
        targets.kpi_code,
        targets.app_id,
        targets.grain,
        targets.period_start,
        targets.dimension,
        targets.dimension_value,
        cast(targets.target_value as decimal(38, 8)) as target_value,
        coalesce(definitions.additivity, 'non') = 'additive' as is_additive
    from {{ ref("stg_ops_workbook__kpi_targets") }} as targets
    left join definitions on targets.kpi_code = definitions.kpi_code
),

apps as (
    select count(*) as apps from {{ ref("stg_ops_workbook__apps") }}
),

by_app as (
    select
        whole.kpi_code,
        whole.app_id,
        whole.grain,
        whole.period_start,
        'its apps' as parts,
        whole.target_value,
        sum(part.target_value) as parts_value,
        count(*) = max(apps.apps) as is_covered
    from targets as whole
    inner join targets as part
        on
            whole.kpi_code = part.kpi_code
            and whole.grain = part.grain
            and whole.period_start = part.period_start
            and whole.dimension = part.dimension
            and whole.dimension_value = part.dimension_value
    cross join apps
    where whole.is_additive and whole.app_id = '*' and part.app_id <> '*'
    group by whole.kpi_code, whole.app_id, whole.grain, whole.period_start, whole.dimension_value, whole.target_value
),

by_dimension as (
    select
        whole.kpi_code,
        whole.app_id,
        whole.grain,
        whole.period_start,
        concat('its values of ', part.dimension) as parts,
        whole.target_value,
        sum(part.target_value) as parts_value,
        false as is_covered
    from targets as whole
    inner join targets as part
        on
            whole.kpi_code = part.kpi_code
            and whole.app_id = part.app_id
            and whole.grain = part.grain
            and whole.period_start = part.period_start
    where whole.is_additive and whole.dimension = 'all' and part.dimension <> 'all'
    group by whole.kpi_code, whole.app_id, whole.grain, whole.period_start, part.dimension, whole.target_value
),

by_day as (
    select
        whole.kpi_code,
        whole.app_id,
        whole.grain,
        whole.period_start,
        'its days' as parts,
        whole.target_value,
        sum(part.target_value) as parts_value,
        false as is_covered
    from targets as whole
    inner join targets as part
        on
            whole.kpi_code = part.kpi_code
            and whole.app_id = part.app_id
            and whole.dimension = part.dimension
            and whole.dimension_value = part.dimension_value
            and whole.period_start <= part.period_start
            and case
                when whole.grain = 'week' then part.period_start <= {{ add_days("whole.period_start", 6) }}
                else date_trunc('month', part.period_start) = whole.period_start
            end
    where whole.is_additive and whole.grain <> 'day' and part.grain = 'day'
    group by whole.kpi_code, whole.app_id, whole.grain, whole.period_start, whole.dimension_value, whole.target_value
),

factors as (
    select
        parent_kpi_code,
        child_kpi_code,
        count(*) over (partition by parent_kpi_code) as factors
    from {{ ref("stg_ops_workbook__kpi_tree") }}
    where relation = 'product'
),

by_factor as (
    select
        whole.kpi_code,
        whole.app_id,
        whole.grain,
        whole.period_start,
        'the product of its factors' as parts,
        whole.target_value,
        exp(sum(ln(cast(nullif(part.target_value, 0) as double)))) as parts_value
    from targets as whole
    inner join factors on whole.kpi_code = factors.parent_kpi_code
    inner join targets as part
        on
            factors.child_kpi_code = part.kpi_code
            and whole.app_id = part.app_id
            and whole.grain = part.grain
            and whole.period_start = part.period_start
    where whole.dimension = 'all' and part.dimension = 'all' and part.target_value > 0
    group by whole.kpi_code, whole.app_id, whole.grain, whole.period_start, whole.target_value
    having count(*) = max(factors.factors)
),

sums as (
    select * from by_app
    union all
    select * from by_dimension
    union all
    select * from by_day
)

select kpi_code, app_id, grain, period_start, parts, target_value, cast(parts_value as double) as parts_value
from sums
where
    parts_value > target_value + 0.005 * abs(target_value)
    or (is_covered and parts_value < target_value - 0.005 * abs(target_value))
union all
select kpi_code, app_id, grain, period_start, parts, target_value, parts_value
from by_factor
where abs(parts_value - target_value) > 0.005 * abs(target_value)
