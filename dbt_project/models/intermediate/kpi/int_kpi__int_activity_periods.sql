{{ kpi_rows(ref("int_activity_periods")) }}
