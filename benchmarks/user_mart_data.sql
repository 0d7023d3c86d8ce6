-- Canonical events as they lie in raw/: 25 a user in 90 days, in bursts of some minutes, a seventh of them without
-- user_id, every 67th a purchase. $users, $events and $batch are filled in by user_mart_data.py.
with people as (
    select i, cast(floor(pow(mod_of(hash(i, 1), 1000000) / 1000000, 1.7) * $users) as bigint) as u from range($events) as r (i)
), dated as (
    select i, u, mod_of(hash(u, 2), 85) as first, cast(-ln((mod_of(hash(i // 4, u, 3), 999983) + 1) / 1000000) * 14 as integer) as later
    from people
), timed as (
    select i, u, least(first + later, 89) as day, mod_of(hash(u, first + later, 4), 80000) + mod_of(hash(i, 5), 1500) as second,
        mod_of(hash(i, 6), 100) as dice
    from dated
), named as (
    select *, case
        when i % 67 = 0 then 'purchase' when i % 1340 = 1 then 'refund' when dice = 0 then 'recall_sent'
        when dice < 40 then 'page_view' when dice < 62 then 'content_view' when dice < 70 then 'like' when dice < 73 then 'share'
        when dice < 76 then 'comment' when dice < 88 then 'item_view' else 'add_to_cart' end as event_name
    from timed
)
select
    'e' || i as event_id, 'shop' as app_id, event_name,
    case when mod_of(hash(u, 7), 10) > 0 and mod_of(hash(i, 8), 7) > 0 then 'user ' || u end as user_id, 'device ' || u as anonymous_id,
    timezone('UTC', timestamp '2025-12-31 16:00:00' + to_days(cast(day as integer)) + to_seconds(cast(second as bigint))
        + to_microseconds(cast(i % 1000000 as bigint))) as occurred_at,
    cast(null as timestamptz) as received_at, ['ios', 'android', 'web', null][1 + mod_of(hash(u, i % 9 = 0), 4)] as platform,
    '1.' || day // 15 as app_version, 'phone ' || u as device_id, cast(null as varchar) as session_id,
    case when i % 3 = 0 then ['CN', 'US', 'JP'][1 + mod_of(hash(u, 9), 3)] end as country,
    case when i % 5 = 0 then 'region ' || mod_of(hash(u, 10), 20) end as region, cast(null as varchar) as city,
    case event_name
        when 'purchase' then '{"order_id": "o' || i || '", "revenue": "' || (mod_of(hash(i, 11), 9000) + 100) / 100 || '"}'
        when 'refund' then '{"order_id": "o' || i - 1 || '", "revenue": "1.25"}'
        when 'recall_sent' then '{"recall_channel": "' || ['sms', 'push'][1 + mod_of(hash(i, 12), 2)] || '"}'
        else '{"page": "/' || dice || '"' || case when mod_of(hash(u, 13), 3) = 0 then ', "channel": "store ' || mod_of(hash(u, 14), 8) || '"' else '' end
            || '}' end as properties,
    cast(null as varchar) as _extra, '$batch' as _batch_id, 'benchmark' as _source_file, i + 1 as _source_row,
    md5(cast(i as varchar)) as _content_hash, timestamptz '2026-04-01 00:00:00+00' as _observed_at,
    timestamptz '2026-04-01 00:00:00+00' as _loaded_at
from named
order by day, hash(i)
