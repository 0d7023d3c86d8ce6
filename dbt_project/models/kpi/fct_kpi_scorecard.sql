{% set comparisons = ["previous", "last_week", "year_ago", "year_ago_aligned"] %}
with scored as (
    select
        *,
        row_number() over (
            order by app_id, kpi_code, grain, period_start, dimension, dimension_value
        ) as row_id
    from {{ ref("int_kpi_scored") }}
    where is_followed or target_value is not null
),

-- A dimension value without a row brought nothing, if the period is known; a ratio or a level of it is not known.
earlier as (
    select
        scored.row_id,
        comparisons.comparison,
        case
            when earlier.is_complete then earlier.value
            when earlier.kpi_code is null and whole.is_complete and not scored.is_ratio and not scored.is_stock
                then cast(0 as decimal(28, 8))
        end as value
    from scored
    inner join {{ ref("int_kpi_comparisons") }} as comparisons
        on scored.grain = comparisons.grain and scored.period_start = comparisons.period_start
    left join {{ ref("int_kpi_scored") }} as earlier
        on
            scored.app_id = earlier.app_id
            and scored.kpi_code = earlier.kpi_code
            and scored.grain = earlier.grain
            and comparisons.earlier_start = earlier.period_start
            and scored.dimension = earlier.dimension
            and scored.dimension_value = earlier.dimension_value
    left join {{ ref("int_kpi_scored") }} as whole
        on
            scored.app_id = whole.app_id
            and scored.kpi_code = whole.kpi_code
            and scored.grain = whole.grain
            and comparisons.earlier_start = whole.period_start
            and whole.dimension = 'all'
),

past as (
    select
        row_id,
        {% for comparison in comparisons %}
        max(case when comparison = '{{ comparison }}' then value end) as {{ comparison }}_value{{ "," if not loop.last }}
        {% endfor %}
    from earlier
    group by row_id
),

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
        past.{{ comparison }}_value,
        {% endfor %}
        expectations.expected_low,
        expectations.expected_high,
        case
            when scored.target_value is null then null
            when scored.is_complete or scored.is_ratio or scored.additivity = 'semi' then scored.target_value
            when shares.whole_weight > 0
                then cast(scored.target_value * cast({{ divide_half_up("shares.elapsed_weight", "shares.whole_weight") }} as decimal(10, 8)) as decimal(28, 8))
        end as expected_to_date
    from scored
    left join past on scored.row_id = past.row_id
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
