"""A simulated company whose every KPI is known: the embedded default data of `make run`."""
