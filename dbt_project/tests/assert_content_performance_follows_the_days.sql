{{ config(meta={'dagster': {'ref': {'name': 'fct_content_performance'}}}) }}

-- A content's channels add up to all, and all to its days up to that age.
with cells as (
    select
        app_id,
        content_id,
        age_days,
        published_date,
        sum(case when distribution_channel <> 'all' then views end) as views_of_channels,
        sum(case when distribution_channel = 'all' then views end) as views_of_all,
        sum(case when distribution_channel <> 'all' then net_revenue end) as revenue_of_channels,
        sum(case when distribution_channel = 'all' then net_revenue end) as revenue_of_all
    from {{ ref('fct_content_performance') }}
    group by app_id, content_id, age_days, published_date
),

days as (
    select
        cells.app_id,
        cells.content_id,
        cells.age_days,
        sum(daily.views) as views
    from cells
    inner join {{ ref('fct_content_daily') }} as daily
        on cells.app_id = daily.app_id and cells.content_id = daily.content_id
    where daily.activity_date between cells.published_date and {{ add_days('cells.published_date', 'cells.age_days - 1') }}
    group by cells.app_id, cells.content_id, cells.age_days
)

select
    cells.*,
    days.views as views_of_days
from cells
left join days
    on
        cells.app_id = days.app_id
        and cells.content_id = days.content_id
        and cells.age_days = days.age_days
where
    coalesce(cells.views_of_channels, 0) <> coalesce(cells.views_of_all, 0)
    or coalesce(cells.revenue_of_channels, 0) <> coalesce(cells.revenue_of_all, 0)
    or coalesce(cells.views_of_all, 0) <> coalesce(days.views, 0)
