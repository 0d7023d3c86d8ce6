{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}
{%- set known = stored('int_event_names') %}
with arrived as (
    select distinct
        app_id,
        event_name
    from {{ ref('stg_app_events__events') }}
)

select
    arrived.app_id,
    arrived.event_name
from arrived
{%- if known %}
anti join {{ known }} as known
    on arrived.app_id = known.app_id and arrived.event_name = known.event_name
{%- endif %}
