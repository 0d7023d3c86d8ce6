{{ kpi_inline_rows(kpi_plan(), [
    "kpi_code", "caliber_version", "grain", "rule", "numerator_name", "denominator_name", "is_ratio", "is_stock",
    "is_currency", "rolls_numerator", "rolls_denominator", "times_complete_days", "open_name", "has_total"
]) }}
