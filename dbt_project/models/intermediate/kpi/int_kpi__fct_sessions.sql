{{ kpi_rows(ref("fct_sessions")) }}
