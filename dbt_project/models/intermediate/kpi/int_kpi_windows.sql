{{ config(materialized='ephemeral') }}
{{ kpi_inline_rows(kpi_trailing_quantities(), ["quantity_name", "input_name", "days"]) }}
