{# Versions of ads from looks at their accounts: a version lasts from the first look that saw it to the look that no longer did. #}
{% set ad = ['platform', 'account_id', 'campaign_id', 'ad_group_id', 'ad_id'] %}
{% set facts = ['campaign_name', 'ad_group_name', 'ad_name', 'status', 'landing_url'] %}
with looks as (
    select
        platform,
        account_id,
        observed_at,
        row_number() over (partition by platform, account_id order by observed_at) as look,
        lead(observed_at) over (partition by platform, account_id order by observed_at) as next_look_at
    from {{ ref('stg_ad_platforms__pulls') }}
    where entity = 'ads' and is_whole
),

seen as (
    select
        ads.*,
        looks.look,
        looks.next_look_at,
        {{ hash_key(facts) }} as facts_key
    from {{ ref('stg_ad_platforms__ads') }} as ads
    inner join looks
        on
            ads.platform = looks.platform
            and ads.account_id = looks.account_id
            and ads.observed_at = looks.observed_at
),

compared as (
    select
        *,
        case
            when lag(look) over (partition by {{ ad | join(', ') }} order by look) = look - 1
                and lag(facts_key) over (partition by {{ ad | join(', ') }} order by look) = facts_key
                then 0
            else 1
        end as is_start
    from seen
),

numbered as (
    select
        *,
        sum(is_start) over (
            partition by {{ ad | join(', ') }} order by look
            rows between unbounded preceding and current row
        ) as version_number
    from compared
),

-- The last look at a version, with the moment of the first one.
versions as (
    select
        *,
        min(observed_at) over (partition by {{ ad | join(', ') }}, version_number) as valid_from
    from numbered
    qualify row_number() over (
        partition by {{ ad | join(', ') }}, version_number
        order by look desc
    ) = 1
),

booked as (
    {{ ad_booking('versions') }}
)

select
    app_id,
    channel,
    platform,
    account_id,
    campaign_id,
    campaign_name,
    ad_group_id,
    ad_group_name,
    ad_id,
    ad_name,
    activity_id,
    status,
    landing_url,
    {% for name in ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] -%}
    {{ query_parameter('landing_url', name) }} as {{ name }},
    {% endfor -%}
    cast(valid_from as timestamp) as valid_from,
    cast(next_look_at as timestamp) as valid_to,
    next_look_at is null as is_current
from booked
