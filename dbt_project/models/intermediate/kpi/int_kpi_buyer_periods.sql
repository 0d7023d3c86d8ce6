-- How many buyers of a period bought on more than one of its dates: a count of a count, which no metric can say.
{% set kinds = ["week", "company_week", "month"] %}
with {% for kind in kinds %}
{{ kind }}_buyers as (
    select
        daily.app_id,
        '{{ kind }}' as period_kind,
        {{ period_start(
            "daily.activity_date", kind | replace("company_", ""), "run.week_start" if kind == "company_week" else "apps.week_start"
        ) }} as period_start,
        daily.user_id,
        count(*) as order_dates
    from {{ ref("int_user_daily") }} as daily
    inner join {{ ref("int_apps") }} as apps on daily.app_id = apps.app_id
    cross join {{ ref("int_run") }} as run
    where daily.gross_revenue > 0
    group by 1, 2, 3, 4
){{ "," }}
{% endfor %}

buyers as (
    {% for kind in kinds %}
    select * from {{ kind }}_buyers
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    buyers.app_id,
    buyers.period_kind,
    buyers.period_start,
    coalesce(users.acquisition_channel, '(unknown)') as channel,
    coalesce(users.country, '(unknown)') as country,
    coalesce(users.region, '(unknown)') as region,
    cast(count(*) as bigint) as buyers,
    cast(count(*) filter (where buyers.order_dates > 1) as bigint) as repeat_buyers
from buyers
inner join {{ ref("int_users") }} as users on buyers.app_id = users.app_id and buyers.user_id = users.user_id
group by 1, 2, 3, 4, 5, 6
