{# Query: the touches of buyers (user_number, app_id, user_id), one row each, in no order: user_number, touched_at, event_id,
   channel, campaign ('' = none), next_touched_at, is_repeated_next (the next one says the same).
   Starts of sessions, and what events inside a session say of their own. An event that says nothing is no direct touch:
   only the first page of a visit knows where the visitor came from. #}
{% macro touches_of(buyers) -%}
    with signs as (
        select
            buyers.user_number,
            sessions.started_at as touched_at,
            '' as event_id,
            sessions.channel,
            coalesce(sessions.campaign, '') as campaign,
            true as is_session_start
        from {{ ref('int_sessions') }} as sessions
        inner join {{ buyers }} as buyers on sessions.app_id = buyers.app_id and sessions.user_id = buyers.user_id
        union all
        select
            buyers.user_number,
            events.occurred_at as touched_at,
            events.event_id,
            events.channel,
            coalesce(events.campaign, '') as campaign,
            false as is_session_start
        from {{ ref('int_events') }} as events
        inner join {{ buyers }} as buyers on events.app_id = buyers.app_id and events.user_id = buyers.user_id
        where events.is_active_event and events.channel <> 'direct'
    ),

    judged as (
        select
            *,
            is_session_start
            or lag(channel) over history <> channel
            or lag(campaign) over history <> campaign as is_touch
        from signs
        window history as (partition by user_number order by touched_at, event_id)
    )

    select
        user_number,
        touched_at,
        event_id,
        channel,
        campaign,
        lead(touched_at) over history as next_touched_at,
        lead(channel) over history = channel and lead(campaign) over history = campaign as is_repeated_next
    from judged
    where is_touch
    window history as (partition by user_number order by touched_at, event_id)
{%- endmacro %}
