with expected as (
    select
        plan.kpi_code,
        plan.caliber_version,
        periods.app_id,
        plan.grain,
        periods.period_start,
        'all' as dimension,
        'all' as dimension_value,
        true as is_expected
    from {{ ref("int_kpi_plan") }} as plan
    inner join {{ ref("int_kpi_periods") }} as periods on plan.rule = periods.rule and plan.grain = periods.grain
    where plan.has_total
),

cells as (
    select
        kpi_code,
        caliber_version,
        app_id,
        grain,
        period_start,
        dimension,
        dimension_value,
        coalesce(expected.is_expected, false) as is_expected,
        cells.numerator,
        cells.denominator,
        cells.is_open
    from expected
    full outer join {{ ref("int_kpi_cells") }} as cells
        using (kpi_code, caliber_version, app_id, grain, period_start, dimension, dimension_value)
),

app_rules as (
    select distinct rule, app_id from {{ ref("int_kpi_days") }}
),

plan as (
    select *, caliber_version = max(caliber_version) over (partition by kpi_code) as is_current
    from {{ ref("int_kpi_plan") }}
),

-- No row is 0, but a level that nobody reported is not known.
parts as (
    select
        cells.*,
        plan.is_ratio,
        plan.is_currency,
        plan.is_current,
        app_rules.app_id is not null as has_feeds,
        coalesce(periods.is_complete and not coalesce(cells.is_open, false), false) as is_complete,
        case when plan.is_stock then cells.numerator else coalesce(cells.numerator, 0) end as above,
        case when plan.denominator_name is null then 1 else coalesce(cells.denominator, 0) end
        * case when plan.times_complete_days then coalesce(periods.complete_days, 0) else 1 end as below
    from cells
    inner join plan
        on
            cells.kpi_code = plan.kpi_code
            and cells.caliber_version = plan.caliber_version
            and cells.grain = plan.grain
    left join app_rules on plan.rule = app_rules.rule and cells.app_id = app_rules.app_id
    left join {{ ref("int_kpi_periods") }} as periods
        on
            plan.rule = periods.rule
            and cells.app_id = periods.app_id
            and cells.grain = periods.grain
            and cells.period_start = periods.period_start
),

exact as (
    select
        *,
        cast(above as decimal(28, 8)) as exact_numerator,
        case when is_ratio then cast(below as decimal(28, 8)) end as exact_denominator
    from parts
    -- Spend of an app that has no life of its own is kept; a ratio of feeds that an app does not have is not.
    where
        (has_feeds or (not is_ratio and above <> 0))
        and (is_expected or above <> 0 or (is_ratio and below <> 0))
)

select
    app_id,
    kpi_code,
    cast(caliber_version as integer) as caliber_version,
    grain,
    period_start,
    dimension,
    dimension_value,
    case
        when is_ratio then {{ divide_half_up("exact_numerator", "exact_denominator") }}
        else exact_numerator
    end as value,
    exact_numerator as numerator,
    exact_denominator as denominator,
    case when is_currency then run.reporting_currency end as currency_code,
    is_complete,
    is_current
from exact
cross join {{ ref("int_run") }} as run
