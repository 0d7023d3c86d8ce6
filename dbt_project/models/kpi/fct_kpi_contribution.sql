-- Segments of a driver that hold every user, order or content in one place each; platform is of counts alone, since a
-- user may have been on two of them.
{% set drivers = ["channel", "country", "region", "content_type", "user_tier", "new_existing", "platform", "app"] %}
with kpis as (
    select
        app_id,
        kpi_code,
        caliber_version,
        grain,
        period_start,
        dimension,
        dimension_value,
        value,
        numerator,
        denominator
    from {{ ref("fct_kpi") }}
    where is_current and value is not null and is_complete and dimension = 'all'
),

pairs as (
    select
        row_number() over (
            order by later.app_id, later.kpi_code, later.grain, later.period_start, comparisons.comparison
        ) as pair_id,
        later.app_id,
        later.kpi_code,
        later.caliber_version,
        later.grain,
        later.period_start,
        comparisons.comparison,
        comparisons.earlier_start,
        later.denominator is not null as is_ratio,
        later.numerator as numerator_1,
        earlier.numerator as numerator_0,
        later.denominator as denominator_1,
        earlier.denominator as denominator_0,
        cast(later.value - earlier.value as decimal(28, 8)) as change
    from kpis as later
    inner join {{ ref("int_kpi_comparisons") }} as comparisons
        on later.grain = comparisons.grain and later.period_start = comparisons.period_start
    inner join kpis as earlier
        on
            later.app_id = earlier.app_id
            and later.kpi_code = earlier.kpi_code
            and later.grain = earlier.grain
            and comparisons.earlier_start = earlier.period_start
    where comparisons.comparison <> 'year_ago_aligned'
),

parts as (
    select app_id, kpi_code, grain, period_start, dimension, dimension_value, numerator, denominator
    from {{ ref("fct_kpi") }}
    where is_current and dimension in ({{ "'" ~ drivers | join("', '") ~ "'" }})
),

sides as (
    {% for side, start in [("1", "period_start"), ("0", "earlier_start")] %}
    select
        pairs.pair_id,
        parts.dimension as driver_dimension,
        parts.dimension_value as driver_value,
        {% for other in ["1", "0"] %}
        {{ "parts.numerator" if other == side else "cast(0 as decimal(28, 8))" }} as numerator_{{ other }},
        {{ "parts.denominator" if other == side else "cast(0 as decimal(28, 8))" }} as denominator_{{ other }}{{ "," if not loop.last }}
        {% endfor %}
    from pairs
    inner join parts
        on
            pairs.app_id = parts.app_id
            and pairs.kpi_code = parts.kpi_code
            and pairs.grain = parts.grain
            and pairs.{{ start }} = parts.period_start
    {{ "union all" if not loop.last }}
    {% endfor %}
),

segments as (
    select
        pair_id,
        driver_dimension,
        driver_value,
        {% for part in ["numerator_1", "numerator_0", "denominator_1", "denominator_0"] %}
        cast(coalesce(sum({{ part }}), 0) as decimal(28, 8)) as {{ part }}{{ "," if not loop.last }}
        {% endfor %}
    from sides
    group by pair_id, driver_dimension, driver_value
),

{% set whole = "over (partition by segments.pair_id, segments.driver_dimension)" %}
joined as (
    select
        segments.*,
        pairs.is_ratio,
        pairs.change,
        pairs.numerator_1 as all_numerator_1,
        pairs.numerator_0 as all_numerator_0,
        pairs.denominator_1 as all_denominator_1,
        pairs.denominator_0 as all_denominator_0,
        -- A ratio is split only where its segments hold both parts once.
        sum(segments.numerator_1) {{ whole }} = pairs.numerator_1
        and sum(segments.numerator_0) {{ whole }} = pairs.numerator_0
        and sum(segments.denominator_1) {{ whole }} = pairs.denominator_1
        and sum(segments.denominator_0) {{ whole }} = pairs.denominator_0 as adds_up
    from segments
    inner join pairs on segments.pair_id = pairs.pair_id
),

shares as (
    select
        *,
        cast(all_numerator_1 as double) / cast(all_denominator_1 as double) as all_rate_1,
        cast(all_numerator_0 as double) / cast(all_denominator_0 as double) as all_rate_0,
        cast(denominator_1 as double) / cast(all_denominator_1 as double) as share_1,
        cast(denominator_0 as double) / cast(all_denominator_0 as double) as share_0,
        coalesce({{ ratio("numerator_1", "denominator_1") }}, {{ ratio("numerator_0", "denominator_0") }}, 0) as rate_1,
        coalesce({{ ratio("numerator_0", "denominator_0") }}, {{ ratio("numerator_1", "denominator_1") }}, 0) as rate_0,
        -- What a segment has above the line without anything below it.
        case when denominator_1 = 0 then cast(numerator_1 as double) / cast(all_denominator_1 as double) else 0 end as bare_1,
        case when denominator_0 = 0 then cast(numerator_0 as double) / cast(all_denominator_0 as double) else 0 end as bare_0
    from joined
    where is_ratio and adds_up
),

ratio_effects as (
    select
        *,
        cast(
            round((share_1 - share_0) * ((rate_0 + rate_1) / 2 - (all_rate_0 + all_rate_1) / 2), 8) as decimal(28, 8)
        ) as mix_effect,
        cast(
            round((rate_1 - rate_0) * (share_0 + share_1) / 2 + bare_1 - bare_0, 8) as decimal(28, 8)
        ) as rounded_rate_effect
    from shares
),

{% set whole = "pair_id, driver_dimension" %}
ranked as (
    select
        *,
        cast(change - sum(mix_effect + rounded_rate_effect) over (partition by {{ whole }}) as decimal(28, 8)) as remainder,
        row_number() over (
            partition by {{ whole }} order by abs(mix_effect + rounded_rate_effect) desc, driver_value
        ) as place
    from ratio_effects
),

contributions as (
    select
        pair_id,
        driver_dimension,
        driver_value,
        change,
        mix_effect,
        cast(rounded_rate_effect + case when place = 1 then remainder else 0 end as decimal(28, 8)) as rate_effect,
        cast(mix_effect + rounded_rate_effect + case when place = 1 then remainder else 0 end as decimal(28, 8)) as change_total
    from ranked
    union all
    select
        pair_id,
        driver_dimension,
        driver_value,
        change,
        null as mix_effect,
        null as rate_effect,
        cast(numerator_1 - numerator_0 as decimal(28, 8)) as change_total
    from joined
    where not is_ratio
    union all
    select
        pair_id,
        driver_dimension,
        '(overlap)' as driver_value,
        change,
        null as mix_effect,
        null as rate_effect,
        cast(change - sum(numerator_1 - numerator_0) as decimal(28, 8)) as change_total
    from joined
    where not is_ratio
    group by pair_id, driver_dimension, change
    having sum(numerator_1 - numerator_0) <> change
)

select
    pairs.app_id,
    pairs.kpi_code,
    pairs.caliber_version,
    pairs.grain,
    pairs.period_start,
    'all' as dimension,
    'all' as dimension_value,
    pairs.comparison,
    contributions.driver_dimension,
    contributions.driver_value,
    contributions.change_total,
    contributions.mix_effect,
    contributions.rate_effect,
    {{ divide_half_up("contributions.change_total", "pairs.change") }} as share_of_change
from contributions
inner join pairs on contributions.pair_id = pairs.pair_id
