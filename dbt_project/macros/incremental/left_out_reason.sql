{# Why an event enters no mart; null when it counts. A broken clock: more than 400 days late, or more than one day
   before it happened. #}
{% macro left_out_reason(occurred_at, received_at, event_date, as_of, launch_date) -%}
    case
        when {{ occurred_at }} > {{ as_of }} then 'after_as_of'
        when {{ micros_between(occurred_at, received_at) }} > 34560000000000 then 'received_400_days_late'
        when {{ micros_between(occurred_at, received_at) }} < -86400000000 then 'received_before_it_happened'
        -- No zone is 24 hours behind UTC: the local date is worked out for the few events that need it.
        when
            {{ occurred_at }} < {{ add_seconds('cast(' ~ launch_date ~ ' as timestamp)', 86400) }}
            and {{ event_date }} < {{ launch_date }}
            then 'before_launch_date'
    end
{%- endmacro %}
