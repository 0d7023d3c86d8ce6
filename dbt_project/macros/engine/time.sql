{# Calendar arithmetic. Timestamps are UTC without zone, dates are local business dates. #}

{% macro local_datetime(utc_timestamp, time_zone) %}{{ adapter.dispatch('local_datetime')(utc_timestamp, time_zone) }}{% endmacro %}
{% macro default__local_datetime(utc_timestamp, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ utc_timestamp }}))
{%- endmacro %}
{% macro spark__local_datetime(utc_timestamp, time_zone) -%}
    convert_timezone('UTC', {{ time_zone }}, cast({{ utc_timestamp }} as timestamp_ntz))
{%- endmacro %}

{# A wall-clock moment of a zone as UTC. A moment that a DST gap skips moves forward with the clock. #}
{% macro utc_from_local(local_timestamp, time_zone) %}{{ adapter.dispatch('utc_from_local')(local_timestamp, time_zone) }}{% endmacro %}
{% macro default__utc_from_local(local_timestamp, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ local_timestamp }}))
{%- endmacro %}
{% macro spark__utc_from_local(local_timestamp, time_zone) -%}
    convert_timezone({{ time_zone }}, 'UTC', cast({{ local_timestamp }} as timestamp_ntz))
{%- endmacro %}

{% macro local_date(utc_timestamp, time_zone) -%}
    cast({{ local_datetime(utc_timestamp, time_zone) }} as date)
{%- endmacro %}

{% macro add_days(day, days) %}{{ adapter.dispatch('add_days')(day, days) }}{% endmacro %}
{% macro default__add_days(day, days) -%}
    cast({{ day }} as date) + cast({{ days }} as integer)
{%- endmacro %}
{% macro spark__add_days(day, days) -%}
    date_add({{ day }}, cast({{ days }} as int))
{%- endmacro %}

{# Whole days from one date to the other: b - a. #}
{% macro days_between(a, b) %}{{ adapter.dispatch('days_between')(a, b) }}{% endmacro %}
{% macro default__days_between(a, b) -%}
    cast(date_diff('day', cast({{ a }} as date), cast({{ b }} as date)) as integer)
{%- endmacro %}
{% macro spark__days_between(a, b) -%}
    cast(datediff({{ b }}, {{ a }}) as int)
{%- endmacro %}

{% macro months_between_starts(a, b) -%}
    cast(
        (year({{ b }}) - year({{ a }})) * 12 + month({{ b }}) - month({{ a }}) as integer
    )
{%- endmacro %}

{# The same date of the year before; not to be asked for 29 February. #}
{% macro year_earlier(day) -%}
    make_date(cast(year({{ day }}) - 1 as integer), cast(month({{ day }}) as integer), cast(day({{ day }}) as integer))
{%- endmacro %}

{# Microseconds from one timestamp to the other: b - a. #}
{% macro micros_between(a, b) %}{{ adapter.dispatch('micros_between')(a, b) }}{% endmacro %}
{% macro default__micros_between(a, b) -%}
    (epoch_us({{ b }}) - epoch_us({{ a }}))
{%- endmacro %}
{% macro spark__micros_between(a, b) -%}
    (unix_micros(cast({{ b }} as timestamp)) - unix_micros(cast({{ a }} as timestamp)))
{%- endmacro %}

{# Seconds with their fraction, decimal(20,6). #}
{% macro seconds_between(a, b) -%}
    cast(cast({{ micros_between(a, b) }} as decimal(26, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(20, 6))
{%- endmacro %}

{% macro add_seconds(utc_timestamp, seconds) %}{{ adapter.dispatch('add_seconds')(utc_timestamp, seconds) }}{% endmacro %}
{% macro default__add_seconds(utc_timestamp, seconds) -%}
    ({{ utc_timestamp }} + to_seconds({{ seconds }}))
{%- endmacro %}
{% macro spark__add_seconds(utc_timestamp, seconds) -%}
    ({{ utc_timestamp }} + make_dt_interval(0, 0, 0, {{ seconds }}))
{%- endmacro %}
