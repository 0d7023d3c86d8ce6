{{ kpi_rows(ref("fct_content_daily")) }}
