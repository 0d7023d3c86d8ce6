{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("int_user_daily_dimensions")) }}
