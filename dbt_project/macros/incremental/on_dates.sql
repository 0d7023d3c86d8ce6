{# Condition that a date is one of a query's (its first column), as a literal list, which the engine can hold against
   the minima and maxima of its row groups; `reach` adds days before and after each. Many dates are not listed: then
   everything is read. #}
{% macro on_dates(column, query, reach=0) -%}
    {%- if not execute -%}
        true
    {%- else -%}
        {%- set days = run_query(query).columns[0].values() | reject('none') | list -%}
        {%- set listed = [] -%}
        {%- for day in days -%}
            {%- for offset in range(-reach, reach + 1) -%}
                {%- do listed.append((day + modules.datetime.timedelta(days=offset)).isoformat()) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set listed = listed | unique | sort -%}
        {%- if not listed -%}
            false
        {%- elif listed | length > 1000 -%}
            true
        {%- else -%}
            {{ column }} in (
                {%- for day in listed %}date '{{ day }}'{{ ', ' if not loop.last }}{% endfor -%}
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
