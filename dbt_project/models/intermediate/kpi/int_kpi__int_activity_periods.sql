{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("int_activity_periods")) }}
where period_kind <> 'activity'
