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

-- Each segment by a number: it costs less than two texts on the way.
segments as (
    select
        dimension as driver_dimension,
        dimension_value as driver_value,
        dense_rank() over (order by dimension) as driver_number,
        row_number() over (order by dimension, dimension_value) as segment_number
    from (
        select dimension, dimension_value
        from {{ ref("fct_kpi") }}
        where dimension in ({{ "'" ~ drivers | join("', '") ~ "'" }})
        union
        select dimension, '(overlap)' as dimension_value
        from {{ ref("fct_kpi") }}
        where dimension in ({{ "'" ~ drivers | join("', '") ~ "'" }})
    ) as named
),

parts as (
    select
        kpi.app_id,
        kpi.kpi_code,
        kpi.grain,
        kpi.period_start,
        segments.driver_number,
        segments.segment_number,
        kpi.numerator,
        kpi.denominator
    from {{ ref("fct_kpi") }} as kpi
    inner join segments
        on kpi.dimension = segments.driver_dimension and kpi.dimension_value = segments.driver_value
    where kpi.is_current
),

{% for side, start in [("1", "period_start"), ("0", "earlier_start")] %}
side_{{ side }} as (
    select
        pairs.pair_id,
        parts.driver_number,
        parts.segment_number,
        coalesce(parts.numerator, 0) as numerator,
        coalesce(parts.denominator, 0) as denominator
    from pairs
    inner join parts
        on
            pairs.app_id = parts.app_id
            and pairs.kpi_code = parts.kpi_code
            and pairs.grain = parts.grain
            and pairs.{{ start }} = parts.period_start
),

{% endfor %}
-- What fell to nothing has no row now, what came had none before.
sides as (
    select
        pair_id,
        driver_number,
        segment_number,
        {% for part in ["numerator", "denominator"] %}{% for side in ["1", "0"] %}
        cast(coalesce(side_{{ side }}.{{ part }}, 0) as decimal(28, 8)) as {{ part }}_{{ side }}{{ "," if not (part == "denominator" and loop.last) }}
        {% endfor %}{% endfor %}
    from side_1
    full outer join side_0 using (pair_id, driver_number, segment_number)
),

-- A ratio is split only by what holds both its parts once.
sums as (
    select
        parts.app_id,
        parts.kpi_code,
        parts.grain,
        parts.period_start,
        parts.driver_number
    from parts
    inner join kpis
        on
            parts.app_id = kpis.app_id
            and parts.kpi_code = kpis.kpi_code
            and parts.grain = kpis.grain
            and parts.period_start = kpis.period_start
    group by parts.app_id, parts.kpi_code, parts.grain, parts.period_start, parts.driver_number, kpis.numerator, kpis.denominator
    having sum(parts.numerator) = kpis.numerator and sum(parts.denominator) = kpis.denominator
),

split_ratios as (
    select pair_id, driver_number
    from (
        {% for start in ["period_start", "earlier_start"] %}
        select pairs.pair_id, sums.driver_number
        from pairs
        inner join sums
            on
                pairs.app_id = sums.app_id
                and pairs.kpi_code = sums.kpi_code
                and pairs.grain = sums.grain
                and pairs.{{ start }} = sums.period_start
        {{ "union all" if not loop.last }}
        {% endfor %}
    ) as wholes
    group by pair_id, driver_number
    having count(*) = 2
),

joined as (
    select
        sides.*,
        pairs.change,
        pairs.numerator_1 as all_numerator_1,
        pairs.numerator_0 as all_numerator_0,
        pairs.denominator_1 as all_denominator_1,
        pairs.denominator_0 as all_denominator_0
    from sides
    inner join split_ratios as ratios on sides.pair_id = ratios.pair_id and sides.driver_number = ratios.driver_number
    inner join pairs on sides.pair_id = pairs.pair_id
),

counts as (
    select
        sides.pair_id,
        sides.driver_number,
        sides.segment_number,
        pairs.change,
        cast(sides.numerator_1 - sides.numerator_0 as decimal(28, 8)) as change_total
    from sides
    inner join pairs on sides.pair_id = pairs.pair_id
    where not pairs.is_ratio
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

{% set whole = "pair_id, driver_number" %}
ranked as (
    select
        *,
        cast(change - sum(mix_effect + rounded_rate_effect) over (partition by {{ whole }}) as decimal(28, 8)) as remainder,
        row_number() over (
            partition by {{ whole }} order by abs(mix_effect + rounded_rate_effect) desc, segment_number
        ) as place
    from ratio_effects
),

contributions as (
    select
        pair_id,
        segment_number,
        mix_effect,
        cast(rounded_rate_effect + case when place = 1 then remainder else 0 end as decimal(28, 8)) as rate_effect,
        cast(mix_effect + rounded_rate_effect + case when place = 1 then remainder else 0 end as decimal(28, 8)) as change_total
    from ranked
    union all
    select
        pair_id,
        segment_number,
        null as mix_effect,
        null as rate_effect,
        change_total
    from counts
    union all
    select
        counts.pair_id,
        segments.segment_number,
        null as mix_effect,
        null as rate_effect,
        cast(counts.change - sum(counts.change_total) as decimal(28, 8)) as change_total
    from counts
    inner join segments on counts.driver_number = segments.driver_number and segments.driver_value = '(overlap)'
    group by counts.pair_id, segments.segment_number, counts.change
    having sum(counts.change_total) <> counts.change
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
    segments.driver_dimension,
    segments.driver_value,
    contributions.change_total,
    contributions.mix_effect,
    contributions.rate_effect,
    {{ divide_half_up("contributions.change_total", "pairs.change") }} as share_of_change
from contributions
inner join pairs on contributions.pair_id = pairs.pair_id
inner join segments on contributions.segment_number = segments.segment_number
