{# Half life of a touch in the model time_decay, and how long before a conversion a touch can have led to it. #}
{%- set half_life_seconds = 7 * 86400 %}
{%- set window_micros = 30 * 86400 * 1000000 %}
{%- set models = ['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay'] %}
-- Starts of sessions, and what events inside a session say of their own. An event that says nothing is no direct touch:
-- only the first page of a visit knows where the visitor came from.
with signs as (
    select
        app_id,
        user_id,
        started_at as touched_at,
        '' as event_id,
        channel,
        coalesce(campaign, '') as campaign,
        true as is_session_start
    from {{ ref('int_sessions') }}
    union all
    select
        app_id,
        user_id,
        occurred_at as touched_at,
        event_id,
        channel,
        coalesce(campaign, '') as campaign,
        false as is_session_start
    from {{ ref('int_events') }}
    where is_active_event and channel <> 'direct'
),

judged as (
    select
        *,
        is_session_start
        or lag(channel) over history <> channel
        or lag(campaign) over history <> campaign as is_touch
    from signs
    window history as (partition by app_id, user_id order by touched_at, event_id)
),

touches as (
    select
        app_id,
        user_id,
        touched_at,
        event_id,
        channel,
        campaign,
        lead(touched_at) over history as next_touched_at,
        lead(channel) over history = channel and lead(campaign) over history = campaign as is_repeated_next
    from judged
    where is_touch
    window history as (partition by app_id, user_id order by touched_at, event_id)
),

conversions as (
    select
        app_id,
        order_id as conversion_id,
        user_id,
        paid_at as converted_at,
        net_amount_reporting as revenue
    from {{ ref('fct_orders') }}
    where gross_amount > 0
),

-- Of a run of equal touches the last one before the conversion stands for all.
paths as (
    select
        conversions.app_id,
        conversions.conversion_id,
        touches.touched_at,
        touches.channel,
        touches.campaign,
        row_number() over (
            partition by conversions.app_id, conversions.conversion_id order by touches.touched_at, touches.event_id
        ) as touch_number,
        power(
            cast(2 as double),
            -cast({{ seconds_between('touches.touched_at', 'conversions.converted_at') }} as double) / {{ half_life_seconds }}
        ) as decay
    from conversions
    inner join touches
        on
            conversions.app_id = touches.app_id
            and conversions.user_id = touches.user_id
            and conversions.converted_at >= touches.touched_at
    where
        {{ micros_between('touches.touched_at', 'conversions.converted_at') }} <= {{ window_micros }}
        and not coalesce(touches.is_repeated_next and touches.next_touched_at <= conversions.converted_at, false)
),

measured as (
    select
        *,
        count(*) over conversion as touches,
        max(case when channel <> 'direct' then touch_number end) over conversion as last_non_direct,
        sum(decay) over conversion as total_decay
    from paths
    window conversion as (partition by app_id, conversion_id)
),

-- Every model as shares of one, with all their digits, and the touch that takes what the cut leaves over.
shares as (
    select
        measured.*,
        models.attribution_model,
        case models.attribution_model
            when 'first' then 1
            when 'last_non_direct' then coalesce(last_non_direct, touches)
            else touches
        end as last_credited,
        case models.attribution_model
            when 'linear' then cast(1 as double) / touches
            when 'time_decay' then decay / total_decay
            when 'position' then
                case
                    when touches <= 2 then cast(1 as double) / touches
                    when touch_number in (1, touches) then cast(0.4 as double)
                    else cast(0.2 as double) / (touches - 2)
                end
            else cast(0 as double)
        end as share
    from measured
    cross join (
        {% for model in models %}
        select '{{ model }}' as attribution_model
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as models
),

-- Millionths. The last digits of a double must not cost one: 0.2 * 1000000 may be 199999.99999999997.
cut_credits as (
    select
        *,
        case
            when touch_number <> last_credited then cast(floor(share * 1000000 + 0.00000001) as bigint)
        end as cut_credit
    from shares
    where touch_number <= last_credited
),

credits as (
    select
        *,
        cast(
            coalesce(cut_credit, 1000000 - coalesce(sum(cut_credit) over conversion_model, 0)) as bigint
        ) as credit_millionths
    from cut_credits
    window conversion_model as (partition by app_id, conversion_id, attribution_model)
),

-- A conversion without any touch is the work of nobody we know: direct, touch 0.
credited as (
    select
        conversions.*,
        coalesce(credits.attribution_model, models.attribution_model) as attribution_model,
        coalesce(credits.touch_number, 0) as touch_number,
        coalesce(credits.last_credited, 0) as last_credited,
        coalesce(credits.channel, 'direct') as channel,
        nullif(credits.campaign, '') as campaign,
        credits.touched_at,
        coalesce(credits.credit_millionths, 1000000) as credit_millionths
    from conversions
    cross join (
        {% for model in models %}
        select '{{ model }}' as attribution_model
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as models
    left join credits
        on
            conversions.app_id = credits.app_id
            and conversions.conversion_id = credits.conversion_id
            and models.attribution_model = credits.attribution_model
            and credits.credit_millionths > 0
),

-- Money is cut like credit; both signs towards zero.
cut_revenues as (
    select
        *,
        case
            when touch_number <> last_credited then cast(
                sign(revenue) * cast({{ whole_quotient(
                    decimal_units('abs(revenue)') ~ ' * credit_millionths', '100000000'
                ) }} as decimal(20, 0)) * cast(0.000001 as decimal(7, 6))
                as decimal(20, 6)
            )
        end as cut_revenue
    from credited
)

select
    app_id,
    conversion_id,
    attribution_model,
    cast(touch_number as bigint) as touch_number,
    user_id,
    channel,
    campaign,
    touched_at,
    converted_at,
    cast(cast(credit_millionths as decimal(9, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(9, 6)) as credit,
    cast(
        coalesce(cut_revenue, revenue - coalesce(sum(cut_revenue) over conversion_model, 0)) as decimal(20, 6)
    ) as attributed_revenue
from cut_revenues
window conversion_model as (partition by app_id, conversion_id, attribution_model)
