"""Lines of any vendor as JSON that DuckDB reads exactly; what is no JSON object is told apart with its reason.

The same suspicion as for canonical lines (line_query): DuckDB is too kind to some texts and rounds long numbers.
Suspect lines are parsed strictly and written again with every number as a marked string, which keeps its digits on
the way through SQL; `unmarked` turns them back into numbers.
"""

import json
import secrets

import duckdb
import pyarrow as pa

from ingestion.sources.app_events.line_query import is_odd
from ingestion.sources.app_events.strict_json import Number
from ingestion.sources.app_events.strict_rows import SCHEMA, Row, read_line

#: No line can hold it by chance or on purpose: it is drawn anew in every process.
MARK = f"number-{secrets.token_hex(12)}:"
_MARKED = pa.schema([("line", pa.string()), ("file", pa.string()), ("row", pa.int64()), ("raw", pa.string())])


def divide_lines(connection: duckdb.DuckDBPyConnection, lines: pa.Table) -> bool:
    """Register `lines` (line_blocks.SCHEMA) as `event_lines`, and what of them is odd; False when nothing is.

    `odd_events` (file, row): to be left out of event_lines. `marked_events` (line, file, row, raw): the odd ones that
    are strict JSON objects. `rejected_events` (strict_rows.SCHEMA): blank lines, and those with a reason.
    """
    connection.register("event_lines", lines)
    connection.execute(
        f"""create or replace temp table odd_events as
            select file, row
            from (
                select file, row, odd, text, json_keys(text) as keys
                from (
                    select file, row, odd, case when note is null and json_valid(line) then line end as text
                    from event_lines
                )
            )
            where case when keys is null or len(keys) = 0 then true
                when odd then {is_odd("text")} or list_unique(keys) < len(keys)
                else list_unique(keys) < len(keys) end"""
    )
    odd = connection.execute(
        "select cast(file as varchar), row, line, note from event_lines semi join odd_events using (file, row)"
    ).fetchall()
    marked: list[Row] = []
    rejected: list[Row] = []
    for file, number, text, note in odd:
        place, value = read_line(file, number, text, note)
        if value is None:
            rejected.append(place)
        else:
            raw = place["_raw_text"]
            marked.append({"line": marked_json(value), "file": file, "row": number, "raw": raw})
    connection.register("marked_events", pa.Table.from_pylist(marked, schema=_MARKED))
    connection.register("rejected_events", pa.Table.from_pylist(rejected, schema=SCHEMA))
    return bool(odd)


def marked_json(value: object) -> str:
    """JSON text of a parsed value; its numbers are strings that begin with MARK."""
    return json.dumps(_marked(value), ensure_ascii=False, separators=(",", ":"))


def _marked(value: object) -> object:
    if isinstance(value, Number):
        return MARK + str(value)
    if isinstance(value, dict):
        return {key: _marked(inner) for key, inner in value.items()}
    return [_marked(inner) for inner in value] if isinstance(value, list) else value


def unmarked(json_text: str) -> str:
    """SQL: JSON text with its marked strings as the numbers that they were, also inside a text that holds JSON."""
    return rf"""regexp_replace({json_text}, '\\*"{MARK}([^"\\]*)\\*"', '\1', 'g')"""


def unmarked_scalar(text: str) -> str:
    """SQL: a text that is no JSON, without its mark."""
    return f"case when starts_with({text}, '{MARK}') then substr({text}, {len(MARK) + 1}) else {text} end"
