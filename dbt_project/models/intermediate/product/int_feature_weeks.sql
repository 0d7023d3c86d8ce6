{%- set kinds = ['week', 'company_week'] %}
with used as (
    select distinct
        app_id,
        coalesce(feature, '(unknown)') as feature,
        user_id,
        event_date as activity_date
    from {{ ref('int_events') }}
    where measure = 'feature_use'
),

{% for name, table, by in [('used', 'used', 'feature, '), ('active', ref('int_user_daily'), '')] %}
{{ name }}_days as (
    select
        days.app_id,
        {{ 'days.feature,' if by }}
        days.user_id,
        {{ period_start('days.activity_date', 'week', 'apps.week_start') }} as week_start,
        {{ period_start('days.activity_date', 'week', 'run.week_start') }} as company_week_start
    from {{ table }} as days
    inner join {{ ref('int_apps') }} as apps on days.app_id = apps.app_id
    cross join {{ ref('int_run') }} as run
    {{ 'where days.is_active' if not by }}
),

{{ name }}_users as (
    select
        app_id,
        {{ by }}
        user_id,
        case
            {% for kind in kinds %}
            when grouping({{ kind }}_start) = 0 then '{{ kind }}'
            {% endfor %}
        end as period_kind,
        coalesce({% for kind in kinds %}{{ kind }}_start{{ ', ' if not loop.last }}{% endfor %}) as period_start,
        count(*) as days
    from {{ name }}_days
    group by grouping sets (
        {% for kind in kinds %}
        (app_id, {{ by }}user_id, {{ kind }}_start){{ ',' if not loop.last }}
        {% endfor %}
    )
),

{{ name }}_weeks as (
    select
        app_id,
        {{ by }}
        period_kind,
        period_start,
        cast(count(*) as bigint) as users,
        cast(count(case when days >= 2 then 1 end) as bigint) as repeat_users
    from {{ name }}_users
    group by app_id, {{ by }}period_kind, period_start
),
{% endfor %}

joined as (
    select
        used_weeks.*,
        coalesce(active_weeks.users, cast(0 as bigint)) as active_users
    from used_weeks
    left join active_weeks using (app_id, period_kind, period_start)
)

select
    app_id,
    feature,
    period_kind,
    period_start,
    'feature' as dimension,
    feature as dimension_value,
    users,
    repeat_users,
    active_users
from joined
