{# Fails with every row for which one of the expressions is false, in one scan; `broken_identity` names the first that
   is. `identities` are {name: expression}; null counts as not judged. #}
{% test every_identity_holds(model, identities) %}
select
    *,
    case
        {%- for name, expression in identities.items() %}
        when not ({{ expression }}) then '{{ name }}'
        {%- endfor %}
    end as broken_identity
from {{ model }}
where
    {%- for expression in identities.values() %}
    not ({{ expression }}){{ ' or' if not loop.last }}
    {%- endfor %}
{% endtest %}
