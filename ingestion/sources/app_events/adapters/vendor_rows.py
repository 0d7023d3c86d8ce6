"""Lines of a vendor format → rows of canonical text columns, vectorised in DuckDB."""

import re

import duckdb
import pyarrow as pa

from ingestion.casting import literal, quote
from ingestion.sources.app_events.adapters.adapter import (
    CONTENT,
    OWN,
    OWN_PATH,
    Adapter,
    filled,
    json_path,
)
from ingestion.sources.app_events.adapters.sound_lines import divide_lines, unmarked, unmarked_scalar
from ingestion.sources.app_events.strict_rows import COLUMNS

#: `inbox/app_events/<format>/app_id=shop/...` names the app; it wins over what the lines say.
APP_FOLDER = re.compile("/app_id=([^/]+)/")
_FOLDER_APP = f"nullif(regexp_extract(file, {literal(APP_FOLDER.pattern)}, 1), '')"


def rows_of_vendor_lines(connection: duckdb.DuckDBPyConnection, lines: pa.Table, adapter: Adapter) -> str:
    """A query with the columns of strict_rows.SCHEMA, one row for each line. Lives until the next call."""
    if not divide_lines(connection, lines):
        return _mapped(adapter, "event_lines", is_marked=False)
    return f"""{_mapped(adapter, "event_lines anti join odd_events using (file, row)", is_marked=False)}
        union all by name {_mapped(adapter, "marked_events", is_marked=True)}
        union all by name select * from rejected_events"""


def rows_of_operations(connection: duckdb.DuckDBPyConnection, adapter: Adapter) -> str | None:
    """A query like that of `rows_of_vendor_lines`, which was called before, over the lines that are operations on
    profiles, with the columns of PROFILE_OPERATIONS; None when there are none. `properties` is name → JSON text."""
    if adapter.operations is None:
        return None
    sound = _mapped(adapter.operations, "event_lines anti join odd_events using (file, row)", is_marked=False)
    rows = f"{sound} union all by name {_mapped(adapter.operations, 'marked_events', is_marked=True)}"
    return rows if connection.execute(f"select 1 from ({rows}) limit 1").fetchall() else None


def _mapped(adapter: Adapter, relation: str, *, is_marked: bool) -> str:
    own = [path for path in adapter.paths() if path.startswith(OWN_PATH)]
    paths = [path for path in adapter.paths() if path not in own]
    places = {path: f"texts[{number}]" for number, path in enumerate(paths, 1)}
    places |= {path: f"own_texts[{number}]" for number, path in enumerate(own, 1)}
    places |= {CONTENT: "content", OWN: _back("own", is_marked)}
    texts = _texts("line", paths, is_marked)
    own_texts = _texts("own", [path.removeprefix(OWN_PATH) for path in own], is_marked)
    kinds = f"json_type(line, {_list([json_path(path) for path in adapter.scalars])})"
    # A column may hold a structure as JSON text, with marks inside.
    given = {
        name: _back(f"cast({filled(source.template, places)} as varchar)", is_marked)
        for name, source in adapter.columns.items()
    }
    given["app_id"] = f"coalesce({_FOLDER_APP}, {given.get('app_id', 'null')})"
    names = list(given if adapter.is_of_operations else [name for name in COLUMNS if name != "properties"])
    columns = ", ".join(f"cast({given.get(name, 'null')} as varchar) as {quote(name)}" for name in names)
    derived = ", ".join(
        f"case when json_exists(own, {literal(json_path(name))}) then null"
        f" else {_back(f'cast({filled(source.template, places)} as varchar)', is_marked)} end"
        f" as {quote('derived ' + name)}"
        for name, source in adapter.derived.items()
    )
    added = [quote("derived " + name) for name in adapter.derived]
    pairs = ", ".join(
        f"{literal(name)}, {column}" for name, column in zip(adapter.derived, added, strict=True)
    )
    # A merge would drop a value that is no object; such properties are left for `checked_events` to reject.
    properties = f"""case when coalesce({", ".join(added)}) is null or not starts_with(own, '{{') then own
            else cast(json_merge_patch(own, json_merge_patch('{{}}', json_object({pairs}))) as varchar) end"""
    properties = (
        _texts_of_values("own", is_marked) if adapter.is_of_operations else _back(properties, is_marked)
    )
    extra = f"nullif(cast(json_merge_patch(line, {_without(adapter.consumed)}) as varchar), '{{}}')"
    raw = "raw" if is_marked else "replace(replace(line, chr(13) || chr(10), ''), chr(10), '')"
    return f"""select {", ".join(quote(name) for name in names)},
            {properties} as properties, {_back(extra, is_marked)} as _extra,
            file as _source_file, row as _source_row, {raw} as _raw_text,
            _reason_code, {_words(adapter)} as _reason, false as _is_blank
        from (
            select *, {columns}, {derived}{", " if derived else ""}{_problem(adapter, places)} as _reason_code,
                {filled(adapter.only, places) or "true"} as is_of_adapter
            from (
                select *, {own_texts} as own_texts
                from (
                    -- Properties may be a text that is no JSON: it becomes JSON, and is rejected as no object.
                    select *, case when json_valid(given) then given else cast(to_json(given) as varchar) end as own
                    from (
                        select *, coalesce({filled(adapter.properties.template, places)}, '{{}}') as given
                        from (
                            select cast(file as varchar) as file, row, line{", raw" if is_marked else ""},
                                {texts} as texts, {kinds} as kinds, {_content(adapter, is_marked)} as content
                            from {relation}
                        )
                    )
                )
            )
        )
        where is_of_adapter"""


def _texts_of_values(column: str, is_marked: bool) -> str:
    """SQL: a JSON object with every value as JSON text in a string; what is no such object, or has a key twice, is
    left as it is."""
    value = f"coalesce({_back('cast(entry.value as varchar)', is_marked)}, 'null')"
    pair = f"cast(to_json(entry.key) as varchar) || ':' || cast(to_json({value}) as varchar)"
    entries = f"map_entries(cast(cast({column} as json) as map(varchar, json)))"
    texts = f"list_sort(list_transform({entries}, lambda entry: {pair}))"
    is_object = (
        f"json_type({column}) = 'OBJECT' and list_unique(json_keys({column})) = len(json_keys({column}))"
    )
    return f"""case when {is_object} then try('{{' || array_to_string({texts}, ',') || '}}')
        else {_back(column, is_marked)} end"""


def _texts(column: str, paths: list[str], is_marked: bool) -> str:
    if not paths:
        return "cast([] as varchar[])"
    texts = f"json_extract_string({column}, {_list([json_path(path) for path in paths])})"
    return f"list_transform({texts}, lambda text: {unmarked_scalar('text')})" if is_marked else texts


def _problem(adapter: Adapter, places: dict[str, str]) -> str:
    found = " ".join(
        f"when {filled(condition, places)} then {literal(code)}"
        for code, (condition, _) in adapter.problems.items()
    )
    return f"case when list_has_any(kinds, ['OBJECT', 'ARRAY']) then 'not_text' {found} end"


def _words(adapter: Adapter) -> str:
    """The reason of a reason code."""
    scalars = ", ".join(adapter.scalars)
    words = {"not_text": f"text or a number is wanted in each of {scalars}; got an object or a list"}
    words |= {code: text for code, (_, text) in adapter.problems.items()}
    return (
        "case _reason_code "
        + " ".join(f"when {literal(c)} then {literal(w)}" for c, w in words.items())
        + " end"
    )


def _content(adapter: Adapter, is_marked: bool) -> str:
    whole = f"json_merge_patch(line, {_without(adapter.transport)})" if adapter.transport else "json(line)"
    return _back(f"cast({whole} as varchar)", is_marked)


def _back(text: str, is_marked: bool) -> str:
    return unmarked(text) if is_marked else text


def _without(keys: tuple[str, ...]) -> str:
    """A merge patch that takes the keys away."""
    return literal("{" + ",".join(f'"{key}":null' for key in keys) + "}")


def _list(texts: list[str]) -> str:
    return "[" + ", ".join(literal(text) for text in texts) + "]"
