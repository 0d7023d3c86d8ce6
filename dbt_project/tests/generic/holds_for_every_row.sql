{# Fails with every row for which the expression is false; null counts as not judged. #}
{% test holds_for_every_row(model, expression) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
