with months as (
    select
        lifecycle.app_id,
        lifecycle.period_start as month_start,
        lifecycle.active_users,
        lifecycle.new_users,
        lifecycle.is_complete,
        {{ months_between_starts('lives.first_date', 'lifecycle.period_start') }} as months_of_life,
        greatest(lifecycle.period_start, lives.first_date) >= lives.events_from as is_known
    from {{ ref('fct_user_lifecycle') }} as lifecycle
    inner join {{ ref('int_app_lives') }} as lives on lifecycle.app_id = lives.app_id
    where lifecycle.grain = 'month'
),

revenues as (
    select
        app_id,
        {{ period_start('activity_date', 'month', "'monday'") }} as month_start,
        cast(sum(net_revenue) as decimal(38, 6)) as net_revenue
    from {{ ref('int_user_daily') }}
    group by 1, 2
),

-- Of the users who were new one month before.
returned as (
    select
        app_id,
        cohort_start,
        retention_rate,
        is_mature
    from {{ ref('fct_user_retention') }}
    where
        cohort_type = 'new'
        and grain = 'month'
        and retention_type = 'on'
        and period_number = 1
        and dimension = 'all'
),

compared as (
    select
        months.*,
        earlier.active_users as earlier_active_users,
        not earlier.is_known as is_unknown_before,
        case
            when earlier.is_known
                then {{ ratio('months.active_users - earlier.active_users', 'earlier.active_users') }}
        end as growth_rate_3m,
        {{ ratio('months.new_users', 'months.active_users') }} as new_user_share,
        returned.retention_rate as retention_m1,
        case
            when earlier_revenues.net_revenue > 0
                then {{ ratio('coalesce(revenues.net_revenue, 0) - earlier_revenues.net_revenue', 'earlier_revenues.net_revenue') }}
        end as revenue_growth_3m
    from months
    left join months as earlier
        on
            months.app_id = earlier.app_id
            and {{ months_between_starts('earlier.month_start', 'months.month_start') }} = 3
    left join revenues on months.app_id = revenues.app_id and months.month_start = revenues.month_start
    left join revenues as earlier_revenues
        on
            earlier.app_id = earlier_revenues.app_id
            and earlier.month_start = earlier_revenues.month_start
    left join returned
        on
            months.app_id = returned.app_id
            and {{ months_between_starts('returned.cohort_start', 'months.month_start') }} = 1
            and returned.is_mature
),

judged as (
    select
        compared.*,
        stages.exploration_months,
        case
            when not compared.is_complete then null
            when compared.months_of_life < stages.exploration_months then 'exploration'
            when compared.growth_rate_3m >= stages.growth_from then 'growth'
            when compared.growth_rate_3m <= stages.decline_to then 'decline'
            when compared.growth_rate_3m is not null then 'maturity'
        end as stage
    from compared
    cross join {{ ref('product_stages') }} as stages
)

select
    app_id,
    month_start,
    cast(active_users as bigint) as active_users,
    growth_rate_3m,
    new_user_share,
    retention_m1,
    revenue_growth_3m,
    stage,
    case
        when not is_complete then 'the month is not complete'
        when stage = 'exploration'
            then concat(
                'month ', cast(months_of_life + 1 as {{ dbt.type_string() }}), ' of its life; exploring in the first ',
                cast(exploration_months as {{ dbt.type_string() }})
            )
        when is_unknown_before then 'the events of three months before are not complete'
        when growth_rate_3m is null then 'nobody was active three months before'
        else concat(
            'active users changed by ', cast(cast(growth_rate_3m * 100 as decimal(18, 1)) as {{ dbt.type_string() }}),
            ' % in three months, from ', cast(earlier_active_users as {{ dbt.type_string() }}),
            ' to ', cast(active_users as {{ dbt.type_string() }})
        )
    end as reason,
    is_complete
from judged
