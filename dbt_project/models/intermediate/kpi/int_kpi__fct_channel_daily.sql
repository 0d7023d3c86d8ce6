{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("fct_channel_daily")) }}
