{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("fct_activity_daily")) }}
