"""Lines of canonical events that hold nothing to clean, to word or to doubt → typed rows, each line parsed once.

Whatever a cheap test cannot prove to be plain is left out: `line_query` gives it a second look. Most producers write
all lines with the same keys: then one cast to a structure of just these keys parses a line and proves in the same go
that it is JSON, has each key once and no other (DuckDB's cast raises otherwise, `try` turns that into null).
"""

import duckdb
import pyarrow as pa

from ingestion.casting import literal, moment, quote
from ingestion.sources.app_events.contracts import EVENTS
from ingestion.sources.app_events.line_query import TYPES, extra_keys, listed, usual_shapes
from ingestion.sources.app_events.strict_rows import COLUMNS, SCALARS

#: More keys than this are no event; the text of a query must end somewhere.
MAX_KEYS = 100
_MOMENTS = ("occurred_at", "received_at")
_TEXTS = tuple(name for name in COLUMNS if name != "properties")
_IDENTITIES = ("user_id", "anonymous_id")


def plain_rows(connection: duckdb.DuckDBPyConnection, lines: pa.Table) -> str | None:
    """A query over typed rows of the plain ones of `lines` (line_blocks.SCHEMA), for `Landing.add(only_good_of=...)`;
    None when a sample has no such line. `event_lines` is registered until the next call.
    """
    connection.register("event_lines", lines)
    sampled = usual_shapes(connection, len(lines))
    shapes = [keys for keys in sampled if _may_be_event(keys)]
    if not shapes:
        return None
    # A line with other keys costs the cast some 15 µs: it is for files that have none, but for a few.
    if len(sampled) > 1 or not _is_structure(shapes[0]):
        return _plain(_by_keys(shapes), COLUMNS)
    connection.register("event_json", _as_json(lines))
    return _plain(_by_cast(shapes[0]), [name for name in COLUMNS if name in shapes[0]])


def _is_structure(keys: list[str]) -> bool:
    """Whether the keys can be names of a structure, which knows no capitals."""
    if len(keys) > MAX_KEYS or len({key.lower() for key in keys}) < len(keys):
        return False
    return all(key and key.isprintable() for key in keys)


def _may_be_event(keys: list[str]) -> bool:
    required = [field.name for field in EVENTS.fields if field.required and field.name != "app_id"]
    return set(required) <= set(keys) and not set(_IDENTITIES).isdisjoint(keys)


def _as_json(lines: pa.Table) -> pa.Table:
    """The lines under the type of JSON, unchecked: DuckDB would parse them for a cast from text."""
    place = lines.schema.get_field_index("line")
    chunks = [
        pa.ExtensionArray.from_storage(pa.json_(pa.string()), chunk) for chunk in lines.column(place).chunks
    ]
    return lines.set_column(place, "line", pa.chunked_array(chunks, pa.json_(pa.string())))


def _by_cast(keys: list[str]) -> str:
    """file, row, edged, event (a structure) and _extra of the lines with these keys."""
    types = ", ".join(f"{quote(key)} {'json' if key == 'properties' else 'varchar'}" for key in keys)
    extra = "cast(null as varchar)" if set(keys) <= set(COLUMNS) else extra_keys("line")
    return f"""select file, row, edged, event, {extra} as _extra
        from (
            select file, row, line, edged,
                try(cast(case when not odd and note is null then line end as struct({types}))) as event
            from event_json
        )
        where event is not null"""


def _by_keys(shapes: list[list[str]]) -> str:
    """The same of lines with different keys, which are parsed once more for their keys."""
    known = [keys for keys in shapes if set(keys) <= set(COLUMNS)]
    extra = "cast(null as varchar)"
    if len(known) < len(shapes):
        extra = f"case when keys in ({listed(known)}) then null else {extra_keys('line')} end"
    return f"""select file, row, edged, event, {extra} as _extra
        from (
            select *, case when keys in ({listed(shapes)}) then json_transform(line, {literal(TYPES)}) end as event
            from (
                select file, row, line, edged, case when not odd and note is null then try(json_keys(line)) end as keys
                from event_lines
            )
        )
        where event is not null"""


def _plain(events: str, given: "list[str] | tuple[str, ...]") -> str:
    """Typed rows of a query with file, row, edged, event and _extra, whose structure has the columns `given`."""
    texts = ", ".join(f"{_given(name, given)} as {name}" for name in COLUMNS)
    values = ", ".join(_value(name) for name in COLUMNS)
    found = [name for name in _TEXTS if name in given]
    typed = [f"({name} is not null or text_{name} is null)" for name in _MOMENTS]
    return f"""select * exclude ({", ".join(f"text_{name}" for name in _MOMENTS)})
        from (
            select {values}, {", ".join(f"nullif({name}, '') as text_{name}" for name in _MOMENTS)},
                _extra, cast(file as varchar) as _source_file, row as _source_row
            from (select {texts}, _extra, file, row, edged from ({events}))
            where case when edged then not coalesce({" or ".join(_is_blank_at_an_end(name) for name in found)}, false)
                    else true end
                and not coalesce({" or ".join(_is_like_a_structure(name) for name in SCALARS if name in found)}, false)
        )
        where {" and ".join(typed)} and (user_id is not null or anonymous_id is not null)
            and coalesce(starts_with(cast(properties as varchar), '{{'), true)"""


def _given(name: str, given: "list[str] | tuple[str, ...]") -> str:
    if name in given:
        return f"event.{name}"
    return f"cast(null as {'json' if name == 'properties' else 'varchar'})"


def _value(name: str) -> str:
    if name == "properties":
        return name
    if name in _MOMENTS:
        return f"{moment(name)} as {name}"
    if name in _IDENTITIES:
        return f"nullif(nullif({name}, ''), 'null') as {name}"
    return (
        f"coalesce(nullif({name}, ''), 'default') as {name}"
        if name == "app_id"
        else f"nullif({name}, '') as {name}"
    )


def _is_blank_at_an_end(name: str) -> str:
    """SQL, for the few lines that are edged: only an escape can put another character than a space there."""
    return f"({name} <> '' and ({name} < '!' or right({name}, 1) <= ' '))"


def _is_like_a_structure(name: str) -> str:
    """SQL: an identity that begins like an object or a list. Comparisons look at a few bytes, `left` copies them."""
    return " or ".join(
        f"({name} >= '{start}' and {name} < '{end}')" for start, end in (("[", "\\"), ("{", "|"))
    )
