{{ config(materialized='ephemeral') }}
{{ kpi_rows(ref("int_feature_weeks")) }}
