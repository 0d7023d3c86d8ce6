{# Fails with every combination of expressions that repeats; unlike in unique_grain, null is a value here. #}
{% test unique_combination(model, columns) %}
select
    {% for column in columns %}{{ column }} as key_{{ loop.index }}, {% endfor %}
    count(*) as rows_at_key
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1
{% endtest %}
