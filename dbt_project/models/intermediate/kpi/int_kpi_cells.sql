{% set sides = ["numerator", "denominator"] %}
with parts as (
    {% for side in sides %}
    select
        plan.kpi_code,
        plan.caliber_version,
        quantities.app_id,
        plan.grain,
        quantities.period_start,
        quantities.dimension,
        quantities.dimension_value,
        '{{ side }}' as side,
        quantities.quantity
    from {{ ref("int_kpi_plan") }} as plan
    inner join {{ ref("int_kpi_quantities") }} as quantities
        on plan.{{ side }}_name = quantities.quantity_name and plan.grain = quantities.grain
    where not plan.rolls_{{ side }}
    union all
    select
        plan.kpi_code,
        plan.caliber_version,
        quantities.app_id,
        plan.grain,
        case plan.grain when 'week' then days.week_start_date else days.month_start_date end as period_start,
        quantities.dimension,
        quantities.dimension_value,
        '{{ side }}' as side,
        quantities.quantity
    from {{ ref("int_kpi_plan") }} as plan
    inner join {{ ref("int_kpi_quantities") }} as quantities
        on plan.{{ side }}_name = quantities.quantity_name and quantities.grain = 'day'
    inner join {{ ref("int_kpi_days") }} as days
        on
            plan.rule = days.rule
            and quantities.app_id = days.app_id
            and quantities.period_start = days.activity_date
            and days.is_mature
    where plan.rolls_{{ side }}
    union all
    {% endfor %}
    select
        plan.kpi_code,
        plan.caliber_version,
        quantities.app_id,
        plan.grain,
        quantities.period_start,
        quantities.dimension,
        quantities.dimension_value,
        'open' as side,
        quantities.quantity
    from {{ ref("int_kpi_plan") }} as plan
    inner join {{ ref("int_kpi_quantities") }} as quantities
        on plan.open_name = quantities.quantity_name and plan.grain = quantities.grain
),

-- A ratio by a dimension needs both its parts by it.
quantity_dimensions as (
    select distinct quantity_name, dimension from {{ ref("int_kpi_quantities") }}
),

plan_dimensions as (
    select plan.kpi_code, plan.caliber_version, plan.grain, above.dimension
    from {{ ref("int_kpi_plan") }} as plan
    inner join quantity_dimensions as above on plan.numerator_name = above.quantity_name
    left join quantity_dimensions as below
        on plan.denominator_name = below.quantity_name and above.dimension = below.dimension
    where
        (plan.denominator_name is null or below.dimension is not null)
        and (plan.has_total or above.dimension not in ('all', 'app'))
)

select
    parts.kpi_code,
    parts.caliber_version,
    parts.app_id,
    parts.grain,
    parts.period_start,
    parts.dimension,
    parts.dimension_value,
    {% for side in sides %}
    cast(sum(parts.quantity) filter (where parts.side = '{{ side }}') as decimal(38, 8)) as {{ side }},
    {% endfor %}
    coalesce(sum(parts.quantity) filter (where parts.side = 'open'), 0) > 0 as is_open
from parts
inner join plan_dimensions using (kpi_code, caliber_version, grain, dimension)
group by 1, 2, 3, 4, 5, 6, 7
