{# Anonymous ids that this run found another owner for: what they did before was stored under the one before. #}
{% macro changed_owners() %}
    select
        identities.app_id,
        identities.anonymous_id
    from {{ ref('int_identities') }} as identities
    inner join {{ ref('int_run') }} as run on identities.run_id = run.run_id
    where identities.user_id is distinct from identities.previous_user_id
{% endmacro %}
