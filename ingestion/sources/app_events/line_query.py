"""Lines of canonical events → text columns, vectorised in DuckDB; odd lines go to the strict parser.

`json_valid` is kind (NaN, a comma before `}`), a double keeps about 15 digits and the first of two equal keys wins
silently: one scan finds such lines, and only those are parsed in Python. The other lines never leave DuckDB.
"""

import duckdb
import pyarrow as pa

from ingestion.casting import literal
from ingestion.sources.app_events.strict_json import MAX_DEPTH
from ingestion.sources.app_events.strict_rows import COLUMNS, SCALARS, strict_rows

#: Where a value begins: the colons in 12:30:59.123456789 follow no quote.
_VALUE = r'(?:"\s*:|[,\[])\s*-?'
_COMMA = r",\s*[}\]]"
_CONSTANT = r"(?:[nN][aA][nN]|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)\s*[,}\]]"
#: A comma before a closing bracket; NaN, Infinity; a number with an exponent or more than 15 digits and a point.
_LONG = "|".join([r"\.[0-9]{8}", *(rf"[0-9]{{{whole}}}\.[0-9]{{{16 - whole}}}" for whole in range(9, 16))])
ODD = rf"{_COMMA}|{_VALUE}(?:{_CONSTANT}|[0-9]*(?:{_LONG})|[0-9.]+[eE])"
TYPES = (
    "{" + ",".join(f'"{name}":"{"JSON" if name == "properties" else "VARCHAR"}"' for name in COLUMNS) + "}"
)
_KNOWN = "[" + ", ".join(literal(name) for name in COLUMNS) + "]"
_WITHOUT_KNOWN = "{" + ",".join(f'"{name}":null' for name in COLUMNS) + "}"
#: So many lists of keys are compared as they are; producers send few different ones.
SHAPES = 12
#: Lines of a step that are looked at to find them.
SAMPLE = 1024


def is_odd(text: str) -> str:
    """SQL: JSON text that is valid for DuckDB but must be read strictly."""
    openers = f"2 * strlen({text}) - strlen(replace({text}, '[', '')) - strlen(replace({text}, '{{', ''))"
    # A nest needs 2 bytes a level in arrays and 5 in objects: short lines are not counted.
    return f"""case when regexp_matches({text}, {literal(ODD)}) then true
            when strlen({text}) <= {2 * MAX_DEPTH} then false
            when strlen({text}) <= {5 * MAX_DEPTH} and not contains({text}, '[') then false
            else {openers} > {MAX_DEPTH} end"""


def rows_of_lines(connection: duckdb.DuckDBPyConnection, lines: pa.Table) -> str:
    """A query over text columns of `lines` (line_blocks.SCHEMA), one row for each line. Lives until the next call."""
    connection.register("event_lines", lines)
    shapes = listed([keys for keys in usual_shapes(connection, len(lines)) if set(keys) <= set(COLUMNS)])
    kinds = connection.execute(
        f"create or replace temp table event_kinds as select file, row, kind from ({_kinds(shapes)}) where kind <> 0"
    ).execute("select distinct kind from event_kinds")
    found = {kind for (kind,) in kinds.fetchall()}
    if 2 not in found:
        return _fast(shapes, with_extra=1 in found, without_odd=False)
    odd = connection.execute(
        "select cast(file as varchar), row, line, note from event_lines semi join "
        "(from event_kinds where kind = 2) using (file, row)"
    ).fetchall()
    connection.register("strict_events", strict_rows(odd))
    return f"""{_fast(shapes, with_extra=1 in found, without_odd=True)}
        union all by name select * from strict_events"""


def usual_shapes(connection: duckdb.DuckDBPyConnection, lines: int) -> list[list[str]]:
    """The lists of keys, without repetition, that are frequent in a sample."""
    seen = connection.execute(
        f"""select keys, count(*) as lines
            from (
                select try(json_keys(line)) as keys
                from (select line from event_lines where note is null and row % {1 + lines // SAMPLE} = 0)
            )
            where len(keys) > 0 and list_unique(keys) = len(keys)
            group by all order by lines desc, keys limit {SHAPES}"""
    )
    return [keys for keys, _ in seen.fetchall()]


def listed(shapes: list[list[str]]) -> str:
    """SQL list of lists of keys; never true when it is empty."""
    return ", ".join("[" + ", ".join(literal(key) for key in keys) + "]" for keys in shapes) or "['']"


def _kinds(shapes: str) -> str:
    """kind of each line: 0 usual, 1 with keys that the contract does not know, 2 for the strict parser.

    Lines that are no JSON become null first: a CASE would not keep `json_keys` from looking at them.
    """
    return f"""select file, row,
            case when keys is null or len(keys) = 0 then 2
                when odd and {is_odd("text")} then 2
                when keys in ({shapes}) then 0
                when list_unique(keys) < len(keys) then 2
                when list_has_all({_KNOWN}, keys) then 0
                else 1 end as kind
        from (
            select file, row, odd, text, json_keys(text) as keys
            from (
                select file, row, odd, case when note is null and json_valid(line) then line end as text
                from event_lines
            )
        )"""


def _fast(shapes: str, *, with_extra: bool, without_odd: bool) -> str:
    extra = "cast(null as varchar)"
    if with_extra:
        extra = f"case when json_keys(line) in ({shapes}) then null else {extra_keys('line')} end"
    usual = "anti join (from event_kinds where kind = 2) using (file, row)" if without_odd else ""
    # As JSON landing need not look at it again; beside rows of the strict parser it must be the same type as theirs.
    properties = "cast(event.properties as varchar)" if without_odd else "event.properties"
    return _selected(
        f"""select file, row, line, json_transform(line, {literal(TYPES)}) as event, {extra} as _extra
            from event_lines {usual}""",
        properties,
    )


def extra_keys(line: str) -> str:
    """SQL: the keys of a line that the contract does not know, as a JSON object; null when there are none."""
    return f"nullif(cast(json_merge_patch({line}, {literal(_WITHOUT_KNOWN)}) as varchar), '{{}}')"


def _selected(events: str, properties: str) -> str:
    """Text columns of a query with file, row, line, event (a structure) and _extra."""
    names = ", ".join(
        f"{properties if name == 'properties' else f'event.{name}'} as {name}" for name in COLUMNS
    )
    # CASE, because AND would look into every line: only a text that begins like a structure can be one.
    suspects = " or ".join(f"left(event.{name}, 1) in ('{{', '[')" for name in SCALARS)
    structures = " or ".join(f"json_type(line, '$.{name}') in ('OBJECT', 'ARRAY')" for name in SCALARS)
    structured = f"(case when {suspects} then coalesce({structures}, false) else false end)"
    return f"""select {names}, _extra, cast(file as varchar) as _source_file, row as _source_row,
            replace(replace(line, chr(13) || chr(10), ''), chr(10), '') as _raw_text,
            case when {structured} then 'not_text' end as _reason_code,
            case when {structured} then 'an id or a name: text or a number is wanted, got an object or a list' end
                as _reason,
            false as _is_blank
        from ({events})"""
