-- The user mart as one would write it by hand for exactly one company: one app `shop` in UTC+8 without summer time,
-- weeks from Monday, one currency, no database, no catalog, nobody excluded. $raw is its Parquet, as_of is fixed.
create macro day_a() as date '2026-04-01';
create macro day_l() as date '2026-03-31';

create table raw_events as
select
    event_id, event_name, user_id, anonymous_id, cast(occurred_at as timestamp) as occurred_at,
    cast(cast(occurred_at as timestamp) + interval 8 hour as date) as d,
    platform, app_version, country, region,
    json_transform(properties, '{"channel": "VARCHAR", "order_id": "VARCHAR", "revenue": "DECIMAL(20,6)",
        "duration_seconds": "DECIMAL(20,6)", "page": "VARCHAR", "recall_channel": "VARCHAR"}') as p
from read_parquet($raw);

create table owners as
select anonymous_id, arg_min(user_id, (occurred_at, event_id)) as owner
from raw_events where user_id is not null and anonymous_id is not null group by 1;

create table e as
select
    event_id, event_name, coalesce(user_id, owner, 'anon:' || anonymous_id) as u, occurred_at as t, d, platform,
    app_version, country, region, coalesce(p.channel, 'direct') as channel, p.order_id, p.revenue,
    p.duration_seconds as seconds, p.page, p.recall_channel, event_name not in ('refund', 'recall_sent') as act
from raw_events left join owners using (anonymous_id);
drop table raw_events;

create table fct_sessions as
with marked as (
    select *, coalesce(epoch_us(t) - epoch_us(lag(t) over w) > 1800000000, true) as f from e where act
    window w as (partition by u order by t, event_id)
), numbered as (
    select *, sum(f::int) over (partition by u order by t, event_id rows unbounded preceding) as n from marked
), s as (
    select u, n, max(event_id) filter (f) as id, min(t) as a, max(t) as b, min(d) as d, max(seconds) as x,
        count(*) as events, count(*) filter (event_name = 'content_view') as views, max(channel) filter (f) as channel,
        max(platform) filter (f) as platform, max(page) filter (f) as page
    from numbered group by u, n
)
select md5('4:shop;' || length(id) || ':' || id || ';') as session_id, u as user_id, a as started_at, b as ended_at,
    d as session_date,
    case when events = 1 then x else ((epoch_us(b) - epoch_us(a)) * 0.000001::decimal(7, 6))::decimal(20, 6) end as duration_seconds,
    events, views as content_views, events = 1 as is_bounce, channel, platform, page as entry_page
from s;

create table fct_refunds as
select r.event_id as refund_id, o.order_id, o.u as user_id, r.t as refunded_at, r.d as refund_date, r.revenue as amount
from e as r inner join e as o on r.order_id = o.order_id
where r.event_name = 'refund' and o.event_name = 'purchase';

create table fct_orders as
select order_id, u as user_id, t as paid_at, d as order_date, revenue as gross_amount, coalesce(refunded, 0) as refunded_amount,
    revenue - coalesce(refunded, 0) as net_amount, row_number() over (partition by u order by t, order_id) = 1 as is_first_order
from e left join (select order_id, sum(amount) as refunded from fct_refunds group by 1) using (order_id)
where event_name = 'purchase';

create table days as
with money as (
    select user_id as u, order_date as d, 1 as orders, gross_amount as gross, 0 as refunded from fct_orders
    union all select user_id, refund_date, 0, 0, amount from fct_refunds
), m as (select u, d, sum(orders) as orders, sum(gross) as gross, sum(refunded) as refunded from money group by 1, 2),
s as (select user_id as u, session_date as d, count(*) as sessions, sum(duration_seconds) as engaged from fct_sessions group by 1, 2),
ev as (
    select u, d, bool_or(act) as act, count(*) as events,
        count(*) filter (event_name = 'content_view') as content_views, count(*) filter (event_name = 'like') as likes,
        count(*) filter (event_name = 'share') as shares, count(*) filter (event_name = 'comment') as comments,
        arg_min({'platform': platform, 'channel': channel, 't': t, 'country': country, 'region': region, 'v': app_version},
            (t, event_id)) filter (act) as first
    from e group by 1, 2
)
select u, d, coalesce(act, false) as act, coalesce(events, 0) as events, coalesce(sessions, 0) as sessions,
    coalesce(engaged, 0) as engaged, coalesce(content_views, 0) as content_views, coalesce(likes, 0) as likes,
    coalesce(shares, 0) as shares, coalesce(comments, 0) as comments, coalesce(orders, 0) as orders,
    coalesce(gross, 0) as gross, coalesce(refunded, 0) as refunded, coalesce(gross, 0) - coalesce(refunded, 0) as net, first
from ev full join m using (u, d) left join s using (u, d);

create table users as
with places as (
    select u, arg_max(country, (t, event_id)) filter (country is not null) as country,
        arg_max(region, (t, event_id)) filter (region is not null) as region from e group by u
), firsts as (select u, min(d) as first_date, arg_min(first, d) as first from days where act group by u),
touches as (
    select u, t, event_id, channel from e inner join firsts using (u)
    where t <= first.t and channel <> 'direct' and not act
), early as (select u, arg_min(channel, (t, event_id)) as channel from touches group by u)
select row_number() over (order by u) as n, days.u, first_date, first.t as first_active_at,
    coalesce(early.channel, first.channel) as channel, first.platform, first.v as app_version,
    first.country as first_country, first.region as first_region, places.country, places.region
from (select distinct u from days) as days left join firsts using (u) left join places using (u) left join early using (u);

create table active as
select n, d, lag(d) over w as before, lead(d) over w as after from days inner join users using (u) where act
window w as (partition by n order by d);

create table fct_user_daily as
select u as user_id, d as activity_date, act as is_active, coalesce(d = first_date, false) as is_new, events, sessions,
    engaged as engaged_seconds, content_views, likes, shares, comments, orders, gross as gross_revenue,
    refunded as refunded_revenue, net as net_revenue, first.platform as platform, first.channel as visit_channel
from days inner join users using (u);

create table life as
select unnest(generate_series(min(d), day_a(), interval 1 day))::date as d from days where act;

create table fct_active_users as
with value_days as (
    select distinct u, d, dimension, coalesce(value, '(unknown)') as value from (
        select u, d, unnest(['platform', 'app_version']) as dimension, unnest([platform, app_version]) as value from e where act
    )
), by_value as (
    select d, dimension, value, lag(d) over w as before, lead(d) over w as after from value_days
    window w as (partition by u, dimension, value order by d)
), by_user as (
    select d, unnest(['all', 'channel', 'country', 'region']) as dimension,
        unnest(['all', coalesce(channel, '(unknown)'), coalesce(country, '(unknown)'), coalesce(region, '(unknown)')]) as value,
        before, after
    from active inner join users using (n)
), edges as (
    select d, dimension, value, count(*) as dau,
        count(*) filter (before is null or d - before >= 7) as w_in, count(*) filter (after is null or after - d >= 7) as w_out,
        count(*) filter (before is null or d - before >= 30) as m_in, count(*) filter (after is null or after - d >= 30) as m_out
    from (from by_value union all from by_user) group by all
), news as (
    select first_date as d, unnest(['all', 'channel', 'country', 'region', 'platform', 'app_version']) as dimension,
        coalesce(unnest(['all', channel, first_country, first_region, platform, app_version]), '(unknown)') as value
    from users where first_date is not null
), moves as (
    select d, dimension, value, dau, w_in as w, m_in as m, 0 as new_users from edges
    union all select d + 7, dimension, value, 0, -w_out, 0, 0 from edges
    union all select d + 30, dimension, value, 0, 0, -m_out, 0 from edges
    union all select d, dimension, value, 0, 0, 0, count(*) from news group by all
), sums as (select d, dimension, value, sum(dau) as dau, sum(w) as w, sum(m) as m, sum(new_users) as new_users from moves group by all),
grid as (select life.d, dimension, value from life, (select distinct dimension, value from sums)),
rolled as (
    select d, dimension, value, coalesce(dau, 0) as dau, coalesce(new_users, 0) as new_users,
        sum(coalesce(w, 0)) over run as wau, sum(coalesce(m, 0)) over run as mau
    from grid left join sums using (d, dimension, value)
    window run as (partition by dimension, value order by d rows unbounded preceding)
)
select d as activity_date, dimension, value as dimension_value, dau, wau, mau, new_users,
    d <= day_l() as dau_is_complete, d <= day_l() and d - (select min(d) from life) >= 29 as mau_is_complete
from rolled where dimension = 'all' or mau > 0 or new_users > 0;

create table user_periods as
select n, grain, date_trunc(grain, d)::date as p, count(*) as k from active, (values ('day'), ('week'), ('month')) as g (grain) group by all;
create table calendar as
select grain, p, row_number() over (partition by grain order by p) as i,
    (case grain when 'day' then p when 'week' then p + 6 else last_day(p) end) <= day_l() as done
from (select distinct grain, date_trunc(grain, d)::date as p from life, (values ('day'), ('week'), ('month')) as g (grain));
create table history as
select n, grain, i, lag(i) over w as before, lead(i) over w as after from user_periods inner join calendar using (grain, p)
window w as (partition by n, grain order by i);

create table fct_user_stickiness as
select grain, p as period_start, k as active_days, count(*) as users, any_value(done) as is_complete
from user_periods inner join calendar using (grain, p) where grain <> 'day' group by all;

create table fct_user_lifecycle as
with moves as (
    select grain, i, count(*) filter (before is null) as new_users, count(*) filter (before = i - 1) as returning_users,
        count(*) filter (before < i - 1) as resurrected_users, 0 as dormant_users from history group by all
    union all select grain, i + 1, 0, 0, 0, count(*) from history where after is null or after > i + 1 group by all
)
select grain, p as period_start, coalesce(sum(new_users), 0) as new_users, coalesce(sum(returning_users), 0) as returning_users,
    coalesce(sum(resurrected_users), 0) as resurrected_users, coalesce(sum(dormant_users), 0) as dormant_users
from calendar left join moves using (grain, i) group by all;

create table fct_user_retention as
with cohorts as (
    select n, grain, min(i) as c, coalesce(channel, '(unknown)') as channel, coalesce(platform, '(unknown)') as platform
    from history inner join users using (n) group by all
), ks as (
    select 'day' as grain, unnest(generate_series(0, 30) || [60, 90]) as k
    union all select 'week', unnest(generate_series(0, 12)) union all select 'month', unnest(generate_series(0, 12))
), hits as (
    select grain, c, i - c as k, channel, platform, count(*) as users, count(*) filter (before = c) as back
    from history inner join cohorts using (n, grain) group by all
), last_seen as (
    select grain, c, date_trunc(grain, d)::date as p, count(*) as users
    from active inner join cohorts using (n) where d <= day_l() and (after is null or after > day_l()) group by all
), on_parts as (
    select grain, c, k, case when grouping(channel) = 0 then 'channel' when grouping(platform) = 0 then 'platform' else 'all' end as dimension,
        coalesce(channel, platform, 'all') as value, sum(users) as users, sum(back) as back
    from hits group by grouping sets ((grain, c, k), (grain, c, k, channel), (grain, c, k, platform))
), sizes as (select grain, c, dimension, value, users as size from on_parts where k = 0),
cells as (
    select s.*, ks.k, a.p as cohort_start, z.done from sizes as s inner join ks using (grain)
    inner join calendar as a on a.grain = s.grain and a.i = s.c inner join calendar as z on z.grain = s.grain and z.i = s.c + ks.k
), new_on as (
    select 'new' as cohort_type, 'on' as retention_type, cells.*, coalesce(users, 0) as users
    from cells left join on_parts using (grain, c, dimension, value, k)
), new_within as (
    select 'new' as cohort_type, 'within' as retention_type, cells.*,
        case when cells.k = 0 then size else coalesce((select sum(back) from on_parts as o where o.grain = cells.grain and o.c = cells.c
            and o.dimension = 'all' and o.k between 1 and cells.k), 0) end as users
    from cells where dimension = 'all'
), new_after as (
    select 'new' as cohort_type, 'on_or_after' as retention_type, cells.*,
        case when cells.k = 0 then size else coalesce((select sum(l.users) from last_seen as l inner join calendar as q using (grain, p)
            where l.grain = cells.grain and l.c = cells.c and q.i >= cells.c + cells.k), 0) end as users
    from cells where dimension = 'all'
), pairs as (
    select grain, a.i as c, b.i - a.i as k, count(*) as users, count(*) filter (b.before = a.i) as back
    from history as a inner join history as b using (n, grain)
    where b.i between a.i and a.i + case grain when 'day' then 30 else 12 end group by all
), firsts_back as (
    select grain, before as c, i - before as k, count(*) as users from history where before is not null group by all
), active_cells as (
    select grain, c, 'all' as dimension, 'all' as value, users as size, ks.k, a.p as cohort_start, z.done
    from (select grain, c, users from pairs where k = 0) as s inner join ks using (grain)
    inner join calendar as a on a.grain = s.grain and a.i = s.c inner join calendar as z on z.grain = s.grain and z.i = s.c + ks.k
    where ks.k <= 30
), active_on as (
    select 'active' as cohort_type, 'on' as retention_type, active_cells.*, coalesce(users, 0) as users
    from active_cells left join pairs using (grain, c, k)
), active_within as (
    select 'active' as cohort_type, 'within' as retention_type, active_cells.*,
        case when active_cells.k = 0 then size else coalesce((select sum(f.users) from firsts_back as f
            where f.grain = active_cells.grain and f.c = active_cells.c and f.k between 1 and active_cells.k), 0) end as users
    from active_cells
)
select cohort_type, grain, cohort_start, retention_type, k as period_number, dimension, value as dimension_value,
    size as cohort_users, users as retained_users, done as is_mature
from (from new_on union all from new_within union all from new_after union all from active_on union all from active_within);

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
