-- Fewer than 2 comparable days of a weekday say nothing of its spread. Rounded, since sums of floating point numbers
-- end in other digits when the rows come in another order, and the same input must give the same table.
with weekdays as (
    select
        app_id,
        activity_id,
        goal,
        made_as,
        weekday,
        count(case when role = 'before' then 1 end) as days_before,
        count(case when role = 'during' then 1 end) as days_during,
        count(case when role = 'after' then 1 end) as days_after,
        avg(case when role = 'before' then cast(numerator as double) end) as mean_numerator,
        avg(case when role = 'before' then cast(denominator as double) end) as mean_denominator,
        sum(case when role = 'during' then numerator end) as numerator,
        sum(case when role = 'during' then denominator end) as denominator,
        sum(case when role = 'after' then numerator end) as numerator_after,
        sum(case when role = 'after' then denominator end) as denominator_after
    from {{ ref('int_kpi_activity_days') }}
    group by app_id, activity_id, goal, made_as, weekday
),

-- What the dates had, and what they would have had as ordinary days.
windows as (
    select
        app_id,
        activity_id,
        goal,
        made_as,
        sum(days_during) as days_during,
        min(case when days_during > 0 then days_before end) as fewest_before,
        cast(sum(numerator) as double) as numerator,
        cast(sum(denominator) as double) as denominator,
        sum(days_during * mean_numerator) as expected_numerator,
        sum(days_during * mean_denominator) as expected_denominator,
        sum(case when days_during > 0 then cast(days_during * days_during as double) / nullif(days_before, 0) end) as mean_error,
        sum(days_after) as days_after,
        min(case when days_after > 0 then days_before end) as fewest_before_after,
        cast(sum(numerator_after) as double) as numerator_after,
        cast(sum(denominator_after) as double) as denominator_after,
        sum(days_after * mean_numerator) as expected_numerator_after,
        sum(days_after * mean_denominator) as expected_denominator_after
    from weekdays
    group by app_id, activity_id, goal, made_as
),

-- A ratio varies as its numerator does around what was expected of its denominator.
residuals as (
    select
        days.app_id,
        days.activity_id,
        days.goal,
        days.weekday,
        cast(days.numerator as double) - case
            when windows.made_as = 'ratio'
                then
                    coalesce(windows.expected_numerator / nullif(windows.expected_denominator, 0), 0)
                    * cast(days.denominator as double)
            else 0
        end as residual
    from {{ ref('int_kpi_activity_days') }} as days
    inner join windows using (app_id, activity_id, goal)
    inner join weekdays using (app_id, activity_id, goal, weekday)
    where days.role = 'before' and weekdays.days_during > 0
),

weekday_spreads as (
    select
        app_id,
        activity_id,
        goal,
        count(*) as days,
        var_pop(residual) * count(*) as squares
    from residuals
    group by app_id, activity_id, goal, weekday
),

spreads as (
    select
        app_id,
        activity_id,
        goal,
        sum(squares) / nullif(sum(days - 1), 0) as variance,
        cast(least(sum(days - 1), 200) as integer) as degrees_of_freedom
    from weekday_spreads
    group by app_id, activity_id, goal
),

-- Totals as they are, levels per day, ratios per unit of their denominator.
scaled as (
    select
        windows.*,
        case made_as when 'ratio' then nullif(denominator, 0) when 'mean' then days_during else 1 end as units,
        case made_as when 'ratio' then nullif(expected_denominator, 0) when 'mean' then days_during else 1 end as expected_units,
        case made_as when 'ratio' then nullif(denominator_after, 0) when 'mean' then days_after else 1 end as units_after,
        case made_as
            when 'ratio' then nullif(expected_denominator_after, 0)
            when 'mean' then days_after
            else 1
        end as expected_units_after
    from windows
),

estimated as (
    select
        scaled.app_id,
        scaled.activity_id,
        scaled.goal,
        scaled.made_as,
        scaled.fewest_before,
        scaled.days_during,
        case when scaled.days_during > 0 then scaled.numerator / scaled.units end as actual_value,
        case when scaled.fewest_before >= 2 then scaled.expected_numerator / scaled.expected_units end as baseline_value,
        case
            when scaled.fewest_before >= 2
                then
                    quantiles.t_95 * sqrt(spreads.variance * (scaled.days_during + scaled.mean_error)) / scaled.units
        end as half_width,
        case
            when scaled.fewest_before_after >= 2
                then
                    scaled.expected_numerator_after / scaled.expected_units_after
                    - scaled.numerator_after / scaled.units_after
        end as give_back
    from scaled
    left join spreads using (app_id, activity_id, goal)
    left join {{ ref('t_quantiles') }} as quantiles
        on spreads.degrees_of_freedom = quantiles.degrees_of_freedom
)

select
    app_id,
    activity_id,
    goal,
    made_as,
    cast(days_during as bigint) as complete_days,
    round(actual_value, 8) as actual_value,
    round(baseline_value, 8) as baseline_value,
    round(actual_value - baseline_value, 8) as incremental_value,
    round(actual_value - baseline_value - half_width, 8) as incremental_low,
    round(actual_value - baseline_value + half_width, 8) as incremental_high,
    round(give_back, 8) as give_back,
    case
        when days_during = 0 then 'no_complete_day'
        when fewest_before < 2 then 'too_few_comparable_days'
        else 'same_weekdays'
    end as baseline_note
from estimated
