"""Which of a dbt test's statements failed, where one test holds several (generic test every_identity_holds)."""

import duckdb

#: Column in which such a test says it.
COLUMN = "broken_identity"


def broken_identities(warehouse: duckdb.DuckDBPyConnection, sql: str) -> str:
    """ "name (rows), ..." of what fails, the most frequent first; empty for a test that has no such column."""
    if COLUMN not in sql:
        return ""
    try:
        found = warehouse.execute(
            f"""select {COLUMN}, count(*) from ({sql}) as failed
            where {COLUMN} is not null group by {COLUMN} order by count(*) desc, {COLUMN}"""
        ).fetchall()
    except duckdb.Error:
        return ""  # the tables are not what they were when it ran; its name is all that is known
    return ", ".join(f"{identity} ({rows:,})" for identity, rows in found)
