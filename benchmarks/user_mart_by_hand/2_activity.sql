-- Who was active when: active users, stickiness, lifecycle, retention.
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
