{# Fails with every combination that repeats or has a null: the columns are the model's grain. They come as one text,
   "app_id, order_id": dbt renders each text of a test's arguments with the whole project as its context (2 ms), and
   as lists the grains of 150 models took a fifth of dbt's own time.
   `identities` are {name: expression} that hold for every row, as in every_identity_holds: looked at in the same scan,
   since a test of its own costs every refresh 40 ms whatever it reads. `broken_identity` names one that does not. #}
{% test unique_grain(model, columns, identities={}) %}
select
    {{ columns }},
    {% if identities -%}
    max(case
        {%- for name, expression in identities.items() %}
        when not ({{ expression }}) then '{{ name }}'
        {%- endfor %}
    end) as broken_identity,
    {% endif -%}
    count(*) as rows_at_grain
from {{ model }}
group by {{ columns }}
having
    count(*) > 1
    {% for column in columns.split(",") %} or {{ column | trim }} is null {% endfor %}
    {% if identities %} or broken_identity is not null {% endif %}
{% endtest %}
