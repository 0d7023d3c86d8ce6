{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("fct_content_daily"), [ref("dim_contents")]) }}
