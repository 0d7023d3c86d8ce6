"""The SQL of landing: cast, mark repetitions, and select what is landed and what is put aside.

A cast table has the typed business columns, `_extra`, `_source_file`, `_source_row`, `_raw_text`, `_is_blank`,
`_content_hash`, `_reason_code`, `_reason` (both null on the good path) and `_is_duplicate`.
"""

from datetime import datetime
from pathlib import Path

import pyarrow as pa

from ingestion.casting import cast_column, cleaned, literal, quote
from ingestion.contract import Contract

SPECIAL = ("_source_file", "_source_row", "_raw_text", "_reason_code", "_reason", "_is_blank")


def cast_select(contract: Contract, relation: str, columns: list[str], file_name: str) -> str:
    """Text columns → typed columns with the first problem of each row."""
    names = {field.name for field in contract.fields}
    texts = [
        f"{_given_text(f.name) if f.name in columns else 'cast(null as varchar)'} as {quote(f.name)}"
        for f in contract.fields
    ]
    unknown = [
        column for column in columns if column not in names and column not in SPECIAL and column != "_extra"
    ]
    given = set(columns)
    specials = [
        f"{'_source_file' if '_source_file' in given else literal(file_name)} as _source_file",
        f"{'cast(_source_row as bigint)' if '_source_row' in given else 'row_number() over ()'} as _source_row",
        f"{'cast(_raw_text as varchar)' if '_raw_text' in given else _row_as_json(columns)} as _raw_text",
        f"{'cast(_reason_code as varchar)' if '_reason_code' in given else 'cast(null as varchar)'} as _given_code",
        f"{'cast(_reason as varchar)' if '_reason' in given else 'cast(null as varchar)'} as _given_reason",
        f"{'coalesce(_is_blank, false)' if '_is_blank' in given else 'false'} as _is_blank",
        f"{'_extra' if '_extra' in given else _extra_object(unknown)} as _extra",
    ]
    casts = [cast_column(field, quote(field.name)) for field in contract.fields]
    typed = ", ".join(f"({cast.value}) as {quote(f'typed_{cast.field.name}')}" for cast in casts)
    code = ", ".join(["_given_code", *(cast.code for cast in casts if cast.code != "null")])
    reason = ", ".join(["_given_reason", *(cast.reason for cast in casts if cast.reason != "null")])
    renamed = ", ".join(f"{quote(f'typed_{f.name}')} as {quote(f.name)}" for f in contract.fields)
    return f"""
        with cleaned_text as (select {", ".join((*texts, *specials))} from {relation}),
        typed as (
            select _source_file, _source_row, _raw_text, _is_blank, _extra, {typed},
                case when _is_blank then null else coalesce({code}, null) end as _reason_code,
                case when _is_blank then null else coalesce({reason}, null) end as _reason
            from cleaned_text
        ),
        renamed as (
            select _source_file, _source_row, case when _reason_code is not null then _raw_text end as _raw_text,
                _is_blank, _extra, _reason_code, _reason, {renamed}
            from typed
        )
        select *, {content_hash(contract)} as _content_hash, false as _is_duplicate from renamed"""


def _given_text(column: str) -> str:
    return cleaned(f"cast({quote(column)} as varchar)")


def content_hash(contract: Contract) -> str:
    """md5 over length-prefixed canonical text of the business columns and `_extra`; null is `-`."""
    columns = [*(quote(field.name) for field in contract.fields), "_extra"]
    parts = ", ".join(
        f"coalesce(length(cast({column} as varchar)) || ':' || cast({column} as varchar), '-')"
        for column in columns
    )
    return f"md5(concat_ws(';', {parts}))"


def repeat_statements(contract: Contract, cast: str, number: int, raw_files: list[Path]) -> list[str]:
    """Statements that mark rows as repetitions: of this call first, then of accepted history."""
    good = "_reason_code is null and not _is_blank"
    hashes = f"seen_{contract.entity}"
    statements = [
        f"create temp table if not exists {hashes} (_content_hash varchar)",
        # Most loads repeat nothing inside themselves: the window runs over rows whose hash repeats only.
        f"""update {cast} set _is_duplicate = true
            from (
                select rowid as row_id
                from {cast}
                where {good} and _content_hash in (
                    select _content_hash from {cast} where {good} group by _content_hash having count(*) > 1
                )
                qualify row_number() over (partition by _content_hash order by _source_file, _source_row) > 1
            ) repeated
            where {cast}.rowid = repeated.row_id""",
        f"""update {cast} set _is_duplicate = true
            where {good} and _content_hash in (select _content_hash from {hashes})""",
    ]
    if raw_files and contract.repeats != "never":
        statements.append(
            f"""update {cast} set _is_duplicate = true
            where {good} and _content_hash in ({_known_hashes(contract, raw_files)})"""
        )
    statements.append(
        f"insert into {hashes} select distinct _content_hash from {cast} where {good} and not _is_duplicate"
    )
    return statements


def _known_hashes(contract: Contract, raw_files: list[Path]) -> str:
    paths = ", ".join(literal(str(path)) for path in raw_files)
    read = f"read_parquet([{paths}], union_by_name = true)"
    if contract.repeats == "ever":
        return f"select _content_hash from {read}"
    key = ", ".join(quote(column) for column in contract.key)
    return f"""select _content_hash from {read}
        qualify row_number() over (
            partition by {key} order by _observed_at desc, _batch_id desc, _source_row desc
        ) = 1"""


def count_select(cast: str) -> str:
    """(file, read, landed, duplicate, quarantined, blank) per file."""
    return f"""select _source_file, count(*),
            count(*) filter (where _reason_code is null and not _is_blank and not _is_duplicate),
            count(*) filter (where _is_duplicate),
            count(*) filter (where _reason_code is not null and not _is_blank),
            count(*) filter (where _is_blank)
        from {cast} group by _source_file"""


def landed_select(
    contract: Contract, cast: str, batch_id: str, observed_at: datetime, loaded_at: datetime
) -> str:
    """The columns of `Contract.schema`, in order."""
    business = ", ".join(
        f"cast({quote(field.name)} as {_sql_type(field.type)}) as {quote(field.name)}"
        for field in contract.fields
    )
    return f"""select {business}, cast(_extra as varchar) as _extra, {literal(batch_id)} as _batch_id,
            _source_file, _source_row, _content_hash,
            timestamptz {literal(observed_at.isoformat())} as _observed_at,
            timestamptz {literal(loaded_at.isoformat())} as _loaded_at
        from {cast} where _reason_code is null and not _is_blank and not _is_duplicate"""


def quarantine_select(cast: str, batch_id: str) -> str:
    return f"""select {literal(batch_id)} as batch_id, _source_file as file_name, _source_row as line_number,
            _reason_code as reason_code, coalesce(_reason, _reason_code) as reason, _raw_text as raw_text
        from {cast} where _reason_code is not null and not _is_blank
        order by _source_file, _source_row"""


def _extra_object(unknown: list[str]) -> str:
    if not unknown:
        return "cast(null as varchar)"
    # Keys with a null value are left out; an object without keys is null.
    pairs = ", ".join(f"{literal(column)}, cast({quote(column)} as varchar)" for column in unknown)
    return f"nullif(cast(json_merge_patch('{{}}'::json, json_object({pairs})) as varchar), '{{}}')"


def _row_as_json(columns: list[str]) -> str:
    shown = [column for column in columns if column not in SPECIAL]
    pairs = ", ".join(f"{literal(column)}, cast({quote(column)} as varchar)" for column in shown)
    return f"cast(json_object({pairs}) as varchar)"


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp"
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision}, {kind.scale})"
    names = {pa.string(): "varchar", pa.int64(): "bigint", pa.date32(): "date", pa.bool_(): "boolean"}
    return names[kind]
