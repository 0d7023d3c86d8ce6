-- The parts of a change, by any driver, sum exactly to it, and of a ratio each is its mix and its rate; only complete
-- periods with a value are compared.
{{ config(meta={"dagster": {"ref": {"name": "fct_kpi_contribution"}}}) }}

with totals as (
    select *
    from {{ ref("fct_kpi") }}
    where is_current and is_complete and dimension = 'all' and value is not null
),

parts as (
    select
        app_id,
        kpi_code,
        grain,
        period_start,
        comparison,
        driver_dimension,
        sum(change_total) as change_of_parts,
        sum(case when change_total <> mix_effect + rate_effect then 1 else 0 end) as parts_without_mix_and_rate
    from {{ ref("fct_kpi_contribution") }}
    group by app_id, kpi_code, grain, period_start, comparison, driver_dimension
)

select
    case when parts.parts_without_mix_and_rate > 0 then 'change = mix + rate' else 'sum of changes = change' end
        as broken_identity,
    parts.*,
    later.value,
    earlier.value as earlier_value
from parts
left join {{ ref("int_kpi_comparisons") }} as comparisons
    on
        parts.grain = comparisons.grain
        and parts.period_start = comparisons.period_start
        and parts.comparison = comparisons.comparison
left join totals as later
    on
        parts.app_id = later.app_id
        and parts.kpi_code = later.kpi_code
        and parts.grain = later.grain
        and parts.period_start = later.period_start
left join totals as earlier
    on
        parts.app_id = earlier.app_id
        and parts.kpi_code = earlier.kpi_code
        and parts.grain = earlier.grain
        and comparisons.earlier_start = earlier.period_start
where
    parts.change_of_parts is distinct from later.value - earlier.value
    or parts.parts_without_mix_and_rate > 0
