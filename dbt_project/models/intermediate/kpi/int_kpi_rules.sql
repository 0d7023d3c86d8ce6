{{ kpi_inline_rows(kpi_rules(), ["rule", "days_before", "days_after"]) }}
