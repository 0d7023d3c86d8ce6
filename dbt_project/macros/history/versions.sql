{# Query: the versions of things that were read again and again: their last reading of each state, `valid_from`,
   `valid_to` (null = still so) and their app's `timezone`. A state begins when the row says that it changed, if that
   lies between two readings; else when it was first read. `columns` are what makes a state besides being deleted. #}
{% macro versions(observations, key, columns) -%}
    with observations as (
        select
            observed.*,
            apps.timezone,
            lag(observed.observed_at) over (
                partition by observed.app_id, observed.{{ key }} order by observed.observed_at
            ) as previous_observed_at
        from {{ observations }} as observed
        inner join {{ ref('int_apps') }} as apps on observed.app_id = apps.app_id
    ),

    dated as (
        select
            *,
            case
                when
                    updated_at <= observed_at
                    and (previous_observed_at is null or updated_at > previous_observed_at)
                    then updated_at
                else observed_at
            end as valid_from,
            {{ hash_key(columns + ['is_deleted']) }} as state
        from observations
    ),

    changes as (
        select *
        from dated
        qualify coalesce(lag(state) over (partition by app_id, {{ key }} order by observed_at), '') <> state
    )

    select
        *,
        lead(valid_from) over (partition by app_id, {{ key }} order by observed_at) as valid_to
    from changes
{%- endmacro %}
