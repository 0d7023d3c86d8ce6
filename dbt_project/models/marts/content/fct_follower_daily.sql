{# 99999999 is the platform's own total of all sources; without it the sources are added up. #}
{% set all_sources = 99999999 %}
with flows as (
    select
        app_id,
        account_id,
        ref_date,
        cast(coalesce(
            max(case when user_source = {{ all_sources }} then new_followers end), sum(new_followers)
        ) as bigint) as new_followers,
        cast(coalesce(
            max(case when user_source = {{ all_sources }} then lost_followers end), sum(lost_followers)
        ) as bigint) as lost_followers
    from {{ ref('stg_wechat_official_account__user_summary') }}
    group by app_id, account_id, ref_date
),

totals as (
    select
        app_id,
        account_id,
        ref_date,
        total_followers
    from {{ ref('stg_wechat_official_account__user_cumulate') }}
    where user_source in ({{ all_sources }}, 0)
    qualify row_number() over (
        partition by app_id, account_id, ref_date order by user_source desc
    ) = 1
),

-- A day that was asked whole and has no row had no movement.
asked as (
    select distinct
        account_id,
        report_date
    from {{ ref('stg_wechat_official_account__pulls') }}
    where entity = 'user_summary' and is_newest
),

keys as (
    select app_id, account_id, ref_date from flows
    union
    select app_id, account_id, ref_date from totals
),

joined as (
    select
        keys.app_id,
        keys.account_id,
        keys.ref_date,
        coalesce(flows.new_followers, case when asked.account_id is not null then 0 end) as new_followers,
        coalesce(flows.lost_followers, case when asked.account_id is not null then 0 end) as lost_followers,
        totals.total_followers
    from keys
    left join flows
        on
            keys.app_id = flows.app_id
            and keys.account_id = flows.account_id
            and keys.ref_date = flows.ref_date
    left join totals
        on
            keys.app_id = totals.app_id
            and keys.account_id = totals.account_id
            and keys.ref_date = totals.ref_date
    left join asked
        on keys.account_id = asked.account_id and keys.ref_date = asked.report_date
),

-- Douyin tells who came and how many there are: who left is what is missing between two neighbouring days.
douyin as (
    select
        app_id,
        account_id,
        activity_date,
        new_followers,
        total_followers,
        case
            when
                lag(activity_date) over (partition by app_id, account_id order by activity_date)
                = {{ add_days('activity_date', -1) }}
                then total_followers
                - lag(total_followers) over (partition by app_id, account_id order by activity_date)
        end as net_followers
    from {{ ref('stg_douyin__user_fans') }}
),

unioned as (
    select
        app_id,
        'wechat_official_account' as distribution_channel,
        account_id,
        ref_date as activity_date,
        new_followers,
        lost_followers,
        new_followers - lost_followers as net_followers,
        total_followers
    from joined
    union all
    select
        app_id,
        'douyin' as distribution_channel,
        account_id,
        activity_date,
        new_followers,
        -- Fewer came than the total grew by: the platform's own numbers do not close, nobody knows who left.
        case when new_followers >= net_followers then new_followers - net_followers end as lost_followers,
        net_followers,
        total_followers
    from douyin
)

select
    app_id,
    distribution_channel,
    account_id,
    activity_date,
    cast(new_followers as bigint) as new_followers,
    cast(lost_followers as bigint) as lost_followers,
    cast(net_followers as bigint) as net_followers,
    cast(total_followers as bigint) as total_followers
from unioned
