{# First and last days of day, week and month periods. `grain` is a literal; `week_start` an SQL expression that gives monday or sunday. #}

{% macro period_start(day, grain, week_start) -%}
    {%- if grain == 'day' -%} cast({{ day }} as date)
    {%- elif grain == 'month' -%} cast(date_trunc('month', {{ day }}) as date)
    {%- elif grain == 'week' -%}
    case
        when {{ week_start }} = 'sunday' then {{ add_days('cast(date_trunc(\'week\', ' ~ add_days(day, 1) ~ ') as date)', -1) }}
        else cast(date_trunc('week', {{ day }}) as date)
    end
    {%- else -%} {{ exceptions.raise_compiler_error("unknown grain " ~ grain) }}
    {%- endif -%}
{%- endmacro %}

{% macro period_end(day, grain, week_start) -%}
    {%- if grain == 'day' -%} cast({{ day }} as date)
    {%- elif grain == 'month' -%} cast(last_day({{ day }}) as date)
    {%- else -%} {{ add_days('(' ~ period_start(day, grain, week_start) ~ ')', 6) }}
    {%- endif -%}
{%- endmacro %}

{# Whole periods from one period start to another. #}
{% macro periods_between(a, b, grain) -%}
    {%- if grain == 'day' -%} {{ days_between(a, b) }}
    {%- elif grain == 'week' -%} cast(floor({{ days_between(a, b) }} / 7.0) as integer)
    {%- else -%} {{ months_between_starts(a, b) }}
    {%- endif -%}
{%- endmacro %}

{# Select list item: one row per day from `first` to `last`, both included; no row when `first` > `last`. #}
{% macro each_day(first, last) %}{{ adapter.dispatch('each_day')(first, last) }}{% endmacro %}
{% macro default__each_day(first, last) -%}
    cast(unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day)) as date)
{%- endmacro %}
{% macro spark__each_day(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}, interval 1 day) else array() end)
{%- endmacro %}

{# Select list item: one row per whole number from `first` to `last`, both included. #}
{% macro each_number(first, last) %}{{ adapter.dispatch('each_number')(first, last) }}{% endmacro %}
{% macro default__each_number(first, last) -%}
    cast(unnest(generate_series(cast({{ first }} as bigint), cast({{ last }} as bigint))) as integer)
{%- endmacro %}
{% macro spark__each_number(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}) else array() end)
{%- endmacro %}
