{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("fct_active_users")) }}
