"""Events that come as columns of text (CSV, Parquet): their properties become the same JSON text as those of lines."""

import duckdb
import pyarrow as pa

from ingestion.sources.app_events.line_query import is_odd
from ingestion.sources.app_events.strict_json import NotStrict, canonical, parse
from ingestion.sources.app_events.strict_rows import COLUMNS, SCHEMA

_SPECIAL = tuple(SCHEMA.names[len(COLUMNS) :])


def rows_of_columns(connection: duckdb.DuckDBPyConnection, table: pa.Table) -> str:
    """A query with the columns of strict_rows.SCHEMA and any unknown column; `table` has at least `_source_row`."""
    for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True):
        if name not in table.column_names and name != "_extra":
            table = table.append_column(name, pa.nulls(len(table), kind))
    connection.register("event_table", table)
    connection.register("event_properties", _odd_properties(connection))
    return """select event_table.* replace (
            case when event_properties.text is not null then coalesce(event_properties.strict, event_table.properties)
                when json_valid(event_table.properties) then cast(json(event_table.properties) as varchar)
                else nullif(trim(event_table.properties, ' \t\r\n'), '') end as properties,
            coalesce(_reason_code, event_properties.code) as _reason_code,
            coalesce(_reason, event_properties.reason) as _reason,
            coalesce(_is_blank, false) as _is_blank
        )
        from event_table
        left join event_properties on event_table.properties = event_properties.text"""


def _odd_properties(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """(text, strict, code, reason) of the distinct properties that need the strict parser."""
    odd = connection.execute(
        f"""select distinct properties from event_table
            where trim(properties, ' \t\r\n') <> ''
                and case when json_valid(properties) then {is_odd("properties")} else true end"""
    ).fetchall()
    rows: list[dict[str, str | None]] = []
    for (text,) in odd:
        try:
            rows.append({"text": text, "strict": canonical(parse(text)), "code": None, "reason": None})
        except NotStrict as error:
            code = "bad_properties" if error.code == "broken_json" else error.code
            rows.append({"text": text, "strict": None, "code": code, "reason": f"properties: {error}"})
    return pa.Table.from_pylist(
        rows, schema=pa.schema([(n, pa.string()) for n in ("text", "strict", "code", "reason")])
    )
