{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("fct_orders"), [ref("dim_users")]) }}
