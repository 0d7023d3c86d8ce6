{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("fct_user_daily"), [ref("dim_users")]) }}
