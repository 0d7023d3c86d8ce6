{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("dim_contents")) }}
