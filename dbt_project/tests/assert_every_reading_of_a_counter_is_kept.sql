{{ config(meta={"dagster": {"ref": {"name": "int_content_counters"}}}) }}

-- What a platform said of a content on a date is a counter of that date: nothing is dropped on the way.
with readings as (
    select app_id, 'wechat_official_account' as platform, account_id, msgid as external_content_id, stat_date
    from {{ ref("stg_wechat_official_account__article_total_detail") }}
    union
    select app_id, 'douyin' as platform, account_id, item_id as external_content_id, stat_date
    from {{ ref("stg_douyin__item_base") }}
    union
    select app_id, platform, account_id, external_content_id, stat_date
    from {{ ref("stg_platform_exports__content_stats") }}
    where stat_date is not null
)

select readings.*
from readings
left join {{ ref("int_content_counters") }} as counters
    on
        readings.app_id = counters.app_id
        and readings.platform = counters.platform
        and readings.account_id = counters.account_id
        and readings.external_content_id = counters.external_content_id
        and readings.stat_date = counters.stat_date
where counters.stat_date is null
