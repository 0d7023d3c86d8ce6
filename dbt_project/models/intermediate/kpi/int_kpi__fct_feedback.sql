{{ kpi_rows(ref("fct_feedback")) }}
