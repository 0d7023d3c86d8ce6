{{ kpi_rows(ref("dim_contents")) }}
