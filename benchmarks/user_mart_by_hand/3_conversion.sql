-- What came of it: value, recall, funnels, and each user in one row.
create table fct_user_ltv as
with who as (
    select u, date_trunc('month', first_date)::date as c, first_date, coalesce(channel, '(unknown)') as channel,
        coalesce(platform, '(unknown)') as platform from users where first_date is not null
), parts as (
    select u, c, first_date, unnest(['all', 'channel', 'platform']) as dimension, unnest(['all', channel, platform]) as value from who
), sizes as (select c, dimension, value, count(*) as size from parts group by all),
spent as (
    select c, dimension, value, greatest(d - first_date, 0) as k, sum(net) as net
    from days inner join parts using (u) where net <> 0 group by all
), cells as (
    select sizes.*, k from sizes, unnest(generate_series(0, 30) || [60, 90, 180, 365]) as ks (k) where c + k::int <= day_a()
)
select cells.c as cohort_start, cells.k as day_number, cells.dimension, cells.value as dimension_value, size as cohort_users,
    coalesce(sum(net), 0) as cumulative_revenue, last_day(cells.c) + cells.k::int <= day_l() as is_mature
from cells left join spent
    on cells.c = spent.c and cells.dimension = spent.dimension and cells.value = spent.value and spent.k <= cells.k
group by all;

create table fct_user_recall as
with silences as (select n, d + 31 as a, after as b from active where after is null or after - d >= 31),
sends as (
    select n, d, coalesce(recall_channel, '(unknown)') as channel, min(t) as t
    from e inner join users using (u) where event_name = 'recall_sent' group by all
), recalled as (select sends.*, b from sends inner join silences using (n) where d >= a and (b is null or d <= b)),
moments as (
    select n, d, max(e.t) as t from recalled inner join users using (n) inner join e using (u, d) where act and b = d group by all
), outcomes as (
    select recalled.d, channel,
        coalesce((b > recalled.d and b <= recalled.d + 6) or moments.t > recalled.t or active.after <= recalled.d + 6, false) as back
    from recalled left join moments using (n, d) left join active using (n, d)
), dates as (select distinct d from outcomes),
quiet as (
    select dates.d, coalesce(b <= dates.d + 6, false) as back from dates inner join silences on dates.d >= a and (b is null or dates.d <= b)
    anti join sends on sends.n = silences.n and sends.d between dates.d - 6 and dates.d + 6
), calm as (select d, count(*) as users, count(*) filter (back) as back from quiet group by d)
select d as recall_date, channel as recall_channel, count(*) as recalled_users, count(*) filter (outcomes.back) as returned_users_7d,
    coalesce(any_value(calm.users), 0) as natural_users, coalesce(any_value(calm.back), 0) as natural_returned_users_7d,
    d + 6 <= day_l() as is_mature
from outcomes left join calm using (d) group by all;

create table fct_funnel_conversions as
with steps as (select u, t, d, event_name, coalesce(platform, '(unknown)') as platform, event_id from e
    where event_name in ('item_view', 'add_to_cart', 'purchase', 'content_view', 'like', 'comment')),
views as (select u, t, d, arg_min(platform, event_id) as platform from steps where event_name = 'item_view' group by 1, 2, 3),
carts as (from steps where event_name = 'add_to_cart'), buys as (from steps where event_name = 'purchase'),
two as (select views.*, carts.t as t2 from views asof left join carts on views.u = carts.u and carts.t >= views.t),
three as (select two.*, buys.t as t3 from two asof left join buys on two.u = buys.u and buys.t >= two.t2),
ordered as (
    select 'purchase' as funnel, u, d, t, platform, [t] || case when t2 <= t + interval 2 hour then
        [t2] || case when t3 <= t + interval 2 hour then [t3] else [] end else [] end as ts from three
), starts as (select u, t, d, arg_min(platform, event_id) as platform from steps where event_name in ('content_view', 'like', 'comment') group by 1, 2, 3),
reads as (from steps where event_name = 'content_view'), likes as (from steps where event_name = 'like'),
comments as (from steps where event_name = 'comment'),
r1 as (select starts.*, reads.t as a from starts asof left join reads on starts.u = reads.u and reads.t >= starts.t),
r2 as (select r1.*, likes.t as b from r1 asof left join likes on r1.u = likes.u and likes.t >= r1.t),
r3 as (select r2.*, comments.t as c from r2 asof left join comments on r2.u = comments.u and comments.t >= r2.t),
tries as (
    from ordered union all
    select 'engagement', u, d, t, platform, list_sort(list_filter([a, b, c], lambda x: x <= t + interval 1 hour)) from r3
), best as (
    select * from tries qualify row_number() over (partition by funnel, u, d order by len(ts) desc, ts[-1] - ts[1], t) = 1
), parts as (
    select funnel, d, ts, unnest(['all', 'channel', 'platform']) as dimension,
        unnest(['all', coalesce(channel, '(unknown)'), best.platform]) as value from best inner join users using (u)
), reached as (
    select funnel, d, dimension, value, k, count(*) filter (len(ts) >= k) as users,
        median((epoch_us(ts[k]) - epoch_us(ts[k - 1]))::double) filter (len(ts) >= k and k > 1) / 1000000 as seconds
    from parts, unnest([1, 2, 3]) as ks (k) group by all
)
select funnel as funnel_code, d as cohort_date, k as step_number, dimension, value as dimension_value, users,
    lag(users) over (partition by funnel, d, dimension, value order by k) as users_previous_step,
    seconds as median_seconds_from_previous, d + 1 <= day_l() as is_mature
from reached;

create table dim_users as
with totals as (
    select u, max(d) filter (act) as last_date, count(*) filter (act) as active_days, sum(sessions) as sessions, sum(orders) as orders,
        sum(gross) as gross, sum(refunded) as refunded, sum(net) as net, from days group by u
), order_dates as (
    select user_id as u, order_date as d, sum(net_amount) filter (order_date <= day_l()) as net from fct_orders where order_date <= day_l() group by all
), late as (
    select o.user_id as u, o.order_date as d, sum(r.amount) as amount from fct_refunds as r inner join fct_orders as o using (order_id)
    where r.refund_date > day_l() group by all
), bought as (select u, d, net + coalesce(amount, 0) as net, min(d) over (partition by u) as f from order_dates left join late using (u, d)),
rfm as (
    select u, day_l() - max(d) as recency, count(*) as frequency, sum(net) as monetary, max(d) - min(d) as span, day_l() - min(d) as age,
        coalesce(sum(net) filter (d > f)::double / nullif(count(*) filter (d > f), 0), 0) as mean
    from bought group by u
), scored as (
    select *, ceil(5 * cume_dist() over (order by recency desc)) >= 4 as r, ceil(5 * cume_dist() over (order by frequency)) >= 4 as f,
        ceil(5 * cume_dist() over (order by monetary)) >= 4 as m from rfm
), returned as (select distinct n from active where d - before > 30 and day_l() - d <= 6),
paid as (select user_id as u, min(order_date) as first_paid from fct_orders where gross_amount > 0 group by 1)
select users.u as user_id, first_active_at, first_date as first_active_date, last_date as last_active_date, channel as acquisition_channel,
    platform as first_platform, country, region, active_days, sessions, orders, gross as gross_revenue, refunded as refunded_revenue,
    net as net_revenue, first_paid as first_paid_date,
    case when last_date is null then null when day_l() - last_date >= 30 then 'churned' when day_l() - last_date >= 7 then 'dormant'
        when day_l() - first_date <= 6 then 'new' when returned.n is not null then 'resurrected' else 'active' end as lifecycle_state,
    recency as rfm_recency_days, frequency as rfm_frequency, monetary as rfm_monetary,
    case when r is null then null else case when m then '重要' else '一般' end
        || case when r and f then '价值' when r then '发展' when f then '保持' else '挽留' end end as rfm_segment,
    frequency - 1 as btyd_frequency, span as btyd_recency_days, age as btyd_age_days, mean as btyd_monetary_value
from users inner join totals using (u) left join scored using (u) left join returned using (n) left join paid using (u);
