{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("int_kpi_company_week_lifecycle")) }}
