"""The user marts once more, in plain Python, written from docs/metrics.md and to be read beside it.

No SQL and no data frames: dictionaries, sets and loops, so that an error of the SQL models is not repeated here.
`companies.random_company(seed)` makes an input, `warehouse.expected(company)` the tables it must give,
`comparison.compare(connection, company)` the differences to a published database.
"""
