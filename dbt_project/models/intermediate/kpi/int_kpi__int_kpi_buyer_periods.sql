{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("int_kpi_buyer_periods")) }}
