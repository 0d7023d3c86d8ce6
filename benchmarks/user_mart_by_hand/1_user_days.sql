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
