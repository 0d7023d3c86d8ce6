{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("int_activity_participants")) }}
