{% set grains = ["week", "month"] %}
with
{% for grain in grains %}
{{ grain }}_users as (
    select
        days.app_id,
        {{ period_start("days.activity_date", grain, "apps.week_start") }} as period_start,
        days.user_number,
        count(*) as active_days
    from {{ ref("int_user_active_days") }} as days
    inner join {{ ref("int_apps") }} as apps on days.app_id = apps.app_id
    group by 1, 2, 3
),
{% endfor %}

counts as (
    {% for grain in grains %}
    select
        app_id,
        '{{ grain }}' as grain,
        period_start,
        active_days,
        count(*) as users
    from {{ grain }}_users
    group by app_id, period_start, active_days
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    counts.app_id,
    counts.grain,
    counts.period_start,
    cast(counts.active_days as bigint) as active_days,
    cast(counts.users as bigint) as users,
    periods.is_complete
from counts
inner join {{ ref("int_app_periods") }} as periods
    on
        counts.app_id = periods.app_id
        and counts.grain = periods.grain
        and counts.period_start = periods.period_start
