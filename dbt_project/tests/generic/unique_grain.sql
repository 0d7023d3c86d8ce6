{# Fails with every combination that repeats or has a null: the columns are the model's grain. #}
{% test unique_grain(model, columns) %}
select
    {{ columns | join(", ") }},
    count(*) as rows_at_grain
from {{ model }}
group by {{ columns | join(", ") }}
having count(*) > 1 {% for column in columns %} or {{ column }} is null {% endfor %}
{% endtest %}
