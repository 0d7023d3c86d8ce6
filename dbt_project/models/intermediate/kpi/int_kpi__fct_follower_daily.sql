{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("fct_follower_daily")) }}
