{# Reads published KPIs, so it stands here; itself it is not published. #}
{{ config(schema="intermediate", access="protected", contract={"enforced": false}, meta={"dagster": {"group": "intermediate", "owners": ["team:data-engineering"]}}) }}

-- fct_kpi has no row where a dimension value brought nothing: here it has one, as long as somebody would miss it.
{% set series = "app_id, kpi_code, grain, dimension, dimension_value" %}
with definitions as (
    select
        plan.kpi_code,
        plan.caliber_version,
        plan.grain,
        plan.is_ratio,
        plan.is_stock,
        definitions.direction,
        definitions.additivity,
        definitions.unit
    from {{ ref("int_kpi_plan") }} as plan
    inner join {{ ref("int_kpi_definitions") }} as definitions
        on plan.kpi_code = definitions.kpi_code and plan.caliber_version = definitions.caliber_version
),

targets as (
    select * from {{ ref("stg_ops_workbook__kpi_targets") }}
    where target_value is not null
),

targeted_series as (
    select distinct {{ series }} from targets
),

kpis as (
    select
        kpi.app_id,
        kpi.kpi_code,
        kpi.caliber_version,
        kpi.grain,
        kpi.period_start,
        kpi.dimension,
        kpi.dimension_value,
        kpi.value,
        kpi.is_complete,
        kpi.dimension = 'all'
        or (kpi.dimension = 'channel' and definitions.additivity = 'additive' and not definitions.is_ratio) as is_followed,
        definitions.is_ratio,
        definitions.is_stock,
        definitions.direction,
        definitions.additivity,
        definitions.unit
    from {{ ref("fct_kpi") }} as kpi
    inner join definitions using (kpi_code, caliber_version, grain)
    where kpi.is_current
),

chosen as (
    select kpis.*
    from kpis
    left join targeted_series as targeted using ({{ series }})
    where kpis.is_followed or targeted.kpi_code is not null
),

wholes as (
    select
        *,
        row_number() over (partition by app_id, kpi_code, grain order by period_start) as place
    from chosen
    where dimension = 'all'
),

placed as (
    select
        chosen.*,
        wholes.place,
        lead(wholes.place) over (
            partition by chosen.app_id, chosen.kpi_code, chosen.grain, chosen.dimension, chosen.dimension_value
            order by wholes.place
        ) as next_place
    from chosen
    inner join wholes using (app_id, kpi_code, grain, period_start)
    where chosen.dimension <> 'all' and not chosen.is_ratio and not chosen.is_stock
),

-- What had a row stays in sight for 28 days, 4 weeks or a month; a target asks for a row, whether anything came or not.
missing as (
    select
        placed.app_id,
        placed.kpi_code,
        placed.grain,
        wholes.period_start,
        placed.dimension,
        placed.dimension_value,
        placed.is_followed
    from placed
    inner join wholes
        on
            placed.app_id = wholes.app_id
            and placed.kpi_code = wholes.kpi_code
            and placed.grain = wholes.grain
            and wholes.place > placed.place
            and wholes.place <= placed.place + case placed.grain when 'day' then 28 when 'week' then 4 else 1 end
    where placed.next_place is null or (placed.next_place > placed.place + 1 and wholes.place < placed.next_place)
    union all
    select
        targets.app_id,
        targets.kpi_code,
        targets.grain,
        targets.period_start,
        targets.dimension,
        targets.dimension_value,
        false as is_followed
    from targets
    left join chosen using ({{ series }}, period_start)
    where chosen.kpi_code is null
),

unseen as (
    select
        {{ series }},
        period_start,
        bool_or(is_followed) as is_followed
    from missing
    group by {{ series }}, period_start
),

-- No row is 0; of a ratio or a level it says nothing.
completed as (
    select
        {{ series }},
        period_start,
        caliber_version,
        value,
        is_complete,
        is_followed,
        is_ratio,
        is_stock,
        direction,
        additivity,
        unit
    from chosen
    union all
    select
        app_id,
        kpi_code,
        grain,
        unseen.dimension,
        unseen.dimension_value,
        period_start,
        wholes.caliber_version,
        case when not wholes.is_ratio and not wholes.is_stock then cast(0 as decimal(28, 8)) end as value,
        wholes.is_complete,
        unseen.is_followed,
        wholes.is_ratio,
        wholes.is_stock,
        wholes.direction,
        wholes.additivity,
        wholes.unit
    from unseen
    inner join wholes using (app_id, kpi_code, grain, period_start)
)

select
    completed.*,
    cast(targets.target_value as decimal(28, 8)) as target_value
from completed
left join targets using ({{ series }}, period_start)
