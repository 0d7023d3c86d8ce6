{% set comparisons = ["previous", "last_week", "year_ago", "year_ago_aligned"] %}
with kpis as (
    select
        kpi.*,
        definitions.direction,
        definitions.additivity,
        targets.target_value
    from {{ ref("fct_kpi") }} as kpi
    inner join {{ ref("dim_kpi") }} as definitions
        on kpi.kpi_code = definitions.kpi_code and kpi.caliber_version = definitions.caliber_version
    left join {{ ref("stg_ops_workbook__kpi_targets") }} as targets
        on
            kpi.app_id = targets.app_id
            and kpi.kpi_code = targets.kpi_code
            and kpi.grain = targets.grain
            and kpi.period_start = targets.period_start
            and kpi.dimension = targets.dimension
            and kpi.dimension_value = targets.dimension_value
    where kpi.is_current
),

scored as (
    select *
    from kpis
    where
        dimension = 'all'
        or target_value is not null
        or (dimension = 'channel' and additivity = 'additive' and denominator is null)
),

{% for comparison in comparisons %}
{{ comparison }} as (
    select comparisons.period_start as later_start, earlier.*
    from {{ ref("int_kpi_comparisons") }} as comparisons
    inner join kpis as earlier
        on comparisons.grain = earlier.grain and comparisons.earlier_start = earlier.period_start
    where comparisons.comparison = '{{ comparison }}' and earlier.is_complete and earlier.value is not null
),

{% endfor %}
shares as (
    select
        app_id,
        kpi_code,
        grain,
        period_start,
        cast(coalesce(sum(weight) filter (where is_over), 0) as decimal(28, 8)) as elapsed_weight,
        cast(sum(weight) as decimal(28, 8)) as whole_weight
    from {{ ref("int_kpi_target_days") }}
    group by app_id, kpi_code, grain, period_start
),

compared as (
    select
        scored.*,
        {% for comparison in comparisons %}
        {{ comparison }}.value as {{ comparison }}_value,
        {% endfor %}
        expectations.expected_low,
        expectations.expected_high,
        case
            when scored.target_value is null then null
            when scored.is_complete or scored.denominator is not null or scored.additivity = 'semi' then scored.target_value
            when shares.whole_weight > 0
                then cast(scored.target_value * cast({{ divide_half_up("shares.elapsed_weight", "shares.whole_weight") }} as decimal(10, 8)) as decimal(28, 8))
        end as expected_to_date
    from scored
    {% for comparison in comparisons %}
    left join {{ comparison }}
        on
            scored.app_id = {{ comparison }}.app_id
            and scored.kpi_code = {{ comparison }}.kpi_code
            and scored.grain = {{ comparison }}.grain
            and scored.period_start = {{ comparison }}.later_start
            and scored.dimension = {{ comparison }}.dimension
            and scored.dimension_value = {{ comparison }}.dimension_value
    {% endfor %}
    left join {{ ref("int_kpi_expectations") }} as expectations
        on
            scored.app_id = expectations.app_id
            and scored.kpi_code = expectations.kpi_code
            and scored.grain = 'day'
            and scored.period_start = expectations.period_start
            and scored.dimension = expectations.dimension
            and scored.dimension_value = expectations.dimension_value
    left join shares
        on
            scored.app_id = shares.app_id
            and scored.kpi_code = shares.kpi_code
            and scored.grain = shares.grain
            and scored.period_start = shares.period_start
),

paced as (
    select
        *,
        case
            when expected_to_date > 0 and direction = 'down'
                then cast(2 - {{ divide_half_up("value", "expected_to_date") }} as decimal(28, 8))
            when expected_to_date > 0 then {{ divide_half_up("value", "expected_to_date") }}
        end as pacing
    from compared
)

select
    app_id,
    kpi_code,
    caliber_version,
    grain,
    period_start,
    dimension,
    dimension_value,
    value,
    is_complete,
    cast(target_value as decimal(28, 8)) as target_value,
    case when target_value > 0 then {{ divide_half_up("value", "target_value") }} end as attainment,
    expected_to_date,
    pacing,
    previous_value,
    case when is_complete then {{ divide_half_up("(value - previous_value)", "abs(previous_value)") }} end as change_rate,
    last_week_value,
    case when is_complete then {{ divide_half_up("(value - last_week_value)", "abs(last_week_value)") }} end as wow_rate,
    year_ago_value,
    case when is_complete then {{ divide_half_up("(value - year_ago_value)", "abs(year_ago_value)") }} end as yoy_rate,
    case when is_complete then {{ divide_half_up("(value - year_ago_aligned_value)", "abs(year_ago_aligned_value)") }} end
        as yoy_aligned_rate,
    case
        when direction = 'neutral' or pacing is null then null
        when pacing >= 1 then 'green'
        when pacing >= 0.9 then 'amber'
        else 'red'
    end as status,
    value < expected_low or value > expected_high as is_anomaly,
    expected_low,
    expected_high
from paced
