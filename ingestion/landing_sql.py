"""The SQL of landing: cast, find repetitions, and select what is landed and what is put aside.

A cast query has the typed business columns, `_extra`, `_source_file`, `_source_row`, `_is_blank`, `_is_bad`,
`_raw_text`, `_reason_code` and `_reason` (null on the good path) and `_content_hash`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from ingestion.casting import cast_column, cleaned, literal, quote
from ingestion.contract import Contract, Field

SPECIAL = ("_source_file", "_source_row", "_raw_text", "_reason_code", "_reason", "_is_blank")


def cast_select(contract: Contract, relation: str, columns: Mapping[str, str], file_name: str) -> str:
    """Text columns → typed columns with the first problem of each row. `columns` gives the type of each.

    A column of type JSON was parsed by the caller and is taken as it is.
    """
    names = {field.name for field in contract.fields}
    parsed = {field.name for field in contract.fields if field.is_json and columns.get(field.name) == "JSON"}
    texts = [f"{_given_text(f.name, columns, f.name in parsed)} as {_text(f)}" for f in contract.fields]
    unknown = [
        column for column in columns if column not in names and column not in SPECIAL and column != "_extra"
    ]
    given = set(columns)
    specials = [
        f"{source_file(columns, file_name)} as _source_file",
        f"{'cast(_source_row as bigint)' if '_source_row' in given else 'row_number() over ()'} as _source_row",
        f"{'cast(_raw_text as varchar)' if '_raw_text' in given else _row_as_json(columns)} as _raw_text",
        f"{'cast(_reason_code as varchar)' if '_reason_code' in given else 'cast(null as varchar)'} as _given_code",
        f"{'cast(_reason as varchar)' if '_reason' in given else 'cast(null as varchar)'} as _given_reason",
        f"{'coalesce(_is_blank, false)' if '_is_blank' in given else 'false'} as _is_blank",
        f"{'_extra' if '_extra' in given else _extra_object(unknown)} as _extra",
    ]
    casts = [
        cast_column(
            replace(field, is_json=False) if field.name in parsed else field, _text(field), quote(field.name)
        )
        for field in contract.fields
    ]
    typed = ", ".join(f"{cast.value} as {quote(cast.field.name)}" for cast in casts)
    conditions = " or ".join(
        ["_given_code is not null", *(f"({problem.condition})" for c in casts for problem in c.problems)]
    )
    codes = ", ".join(["_given_code", *(cast.code for cast in casts if cast.problems)])
    reasons = ", ".join(["_given_reason", *(cast.reason for cast in casts if cast.problems)])
    business = ", ".join(quote(field.name) for field in contract.fields)
    # Reasons and the raw text are built for bad rows only.
    return f"""
        with cleaned_text as (select {", ".join((*texts, *specials))} from {relation}),
        typed as (select *, {typed} from cleaned_text),
        judged as (select *, not _is_blank and coalesce({conditions}, false) as _is_bad from typed)
        select {business}, _extra, _source_file, _source_row, _is_blank, _is_bad,
            case when _is_bad then _raw_text end as _raw_text,
            case when _is_bad then coalesce({codes}, null) end as _reason_code,
            case when _is_bad then coalesce({reasons}, null) end as _reason,
            {content_hash(contract)} as _content_hash
        from judged"""


def typed_select(contract: Contract, relation: str, columns: Mapping[str, str]) -> str:
    """Like `cast_select`, of rows whose columns have the types of the contract and hold no text that would be cleaned.

    The relation says with `_extra`, `_source_file` and `_source_row` where a row came from. Raises TypeError.
    """
    wrong = [f.name for f in contract.fields if not _is_typed(f, columns.get(f.name, ""))]
    if wrong:
        raise TypeError(f"{contract.name}: {', '.join(wrong)} must be cast before")
    names = [quote(field.name) for field in contract.fields]
    problems = [
        problem
        for field, name in zip(contract.fields, names, strict=True)
        for problem in cast_column(field, name, name).problems
    ]
    conditions = " or ".join(f"({problem.condition})" for problem in problems)
    return f"""select {", ".join(names)}, _extra, _source_file, _source_row, false as _is_blank,
            coalesce({conditions}, false) as _is_bad, {content_hash(contract)} as _content_hash
        from {relation}"""


def _is_typed(field: Field, kind: str) -> bool:
    if field.is_json:
        return kind == "JSON"
    wanted = {"timestamptz": "timestamp with time zone"}.get(_sql_type(field.type), _sql_type(field.type))
    return kind.lower() == wanted


def source_file(columns: Iterable[str], file_name: str) -> str:
    """SQL of the file that a row of the given relation came from."""
    return "cast(_source_file as varchar)" if "_source_file" in columns else literal(file_name)


def _text(field: Field) -> str:
    return quote(f"text_{field.name}")


def _given_text(column: str, columns: Mapping[str, str], is_parsed: bool) -> str:
    if column not in columns:
        return "cast(null as varchar)"
    text = f"cast({quote(column)} as varchar)"
    return text if is_parsed else cleaned(text)


def content_hash(contract: Contract) -> str:
    """md5 over length-prefixed canonical text of the business columns and `_extra`: `3:abc;`, null is `:;`; moments are
    epoch microseconds. Or the 64 bits of DuckDB's hash of the same values, as a number.
    """
    if contract.hashing == "quick":
        values = ", ".join([*(_plain_value(field) for field in contract.fields), "cast(_extra as varchar)"])
        return f"cast(hash({values}) as varchar)"
    texts = [*(_canonical(field) for field in contract.fields), "cast(_extra as varchar)"]
    # One concat for all: strings put together column by column cost as much as md5 itself.
    parts = ", ".join(f"strlen({text}), ':', {text}, ';'" for text in texts)
    return f"md5(concat({parts}))"


def _canonical(field: Field) -> str:
    return f"cast({_plain_value(field)} as varchar)"


def _plain_value(field: Field) -> str:
    column = quote(field.name)
    if field.is_json:
        return f"cast({column} as varchar)"
    return f"epoch_us({column})" if pa.types.is_timestamp(field.type) else column


def landed_select(
    contract: Contract, cast: str, batch_id: str, observed_at: datetime, loaded_at: datetime
) -> str:
    """The good rows with the columns of `Contract.schema`, in order."""
    business = ", ".join(
        f"cast({quote(field.name)} as {_sql_type(field.type)}) as {quote(field.name)}"
        for field in contract.fields
    )
    # The Parquet writer takes the words of an enum for its dictionary; of a text it hashes every row to find them.
    batch = f"cast({literal(batch_id)} as enum({literal(batch_id)}))"
    return f"""select {business}, cast(_extra as varchar) as _extra, {batch} as _batch_id,
            _source_file, _source_row, _content_hash,
            timestamptz {literal(observed_at.isoformat())} as _observed_at,
            timestamptz {literal(loaded_at.isoformat())} as _loaded_at
        from ({cast}) where not _is_bad and not _is_blank"""


def repeated_select(
    contract: Contract, landed: str, seen: Sequence[str], histories: Sequence[list[Path]]
) -> str:
    """`place` (from 0) of the rows of a landed file that repeat one before them, in it, in files `seen` or in history.

    `histories` are lists of raw files; only what is in all of them was landed before: `is_known`.
    """
    rows = f"read_parquet({literal(landed)}, file_row_number = true)"
    # A hash of 64 bits may be that of another event by chance: the key of a hit is compared in full.
    same = ", ".join(["_content_hash", *(quote(column) for column in _key(contract))])
    # Most loads repeat nothing inside themselves: the window runs over rows whose hash repeats only. A hash of the
    # hash, 8 bytes instead of 32, is compared first.
    selects = [
        f"""select file_row_number as place, false as is_known from {rows}
            where hash(_content_hash) in (
                select hash(_content_hash) as short from {rows} group by short having count(*) > 1
            )
            qualify row_number() over (partition by {same} order by _source_file, _source_row) > 1""",
    ]
    if seen:
        earlier = f"read_parquet([{', '.join(literal(path) for path in seen)}])"
        selects.append(f"select file_row_number, false from {rows} semi join (from {earlier}) using ({same})")
    if contract.repeats != "never" and histories and all(histories):
        known = " ".join(
            f"semi join ({_known_rows(contract, files, same)}) using ({same})" for files in histories
        )
        selects.append(f"select file_row_number, true from {rows} {known}")
    union = " union all ".join(f"({select})" for select in selects)
    return f"select place, bool_or(is_known) as is_known from ({union}) group by place"


def _key(contract: Contract) -> tuple[str, ...]:
    return contract.key if contract.hashing == "quick" else ()


def _known_rows(contract: Contract, raw_files: list[Path], same: str) -> str:
    paths = ", ".join(literal(str(path)) for path in raw_files)
    read = f"read_parquet([{paths}], union_by_name = true)"
    if contract.repeats == "ever":
        return f"select {same} from {read}"
    key = ", ".join(quote(column) for column in contract.key)
    return f"""select {same} from {read}
        qualify row_number() over (
            partition by {key} order by _observed_at desc, _batch_id desc, _source_row desc
        ) = 1"""


def rejected_select(cast: str) -> str:
    """Blank and bad rows."""
    return f"""select _source_file, _source_row, _is_blank, _reason_code, _reason, _raw_text
        from ({cast}) where _is_bad or _is_blank"""


def quarantine_select(rejected: str, batch_id: str) -> str:
    return f"""select {literal(batch_id)} as batch_id, _source_file as file_name, _source_row as line_number,
            _reason_code as reason_code, coalesce(_reason, _reason_code) as reason, _raw_text as raw_text
        from {rejected} where not _is_blank
        order by _source_file, _source_row"""


def _extra_object(unknown: list[str]) -> str:
    if not unknown:
        return "cast(null as varchar)"
    # Keys with a null value are left out; an object without keys is null.
    pairs = ", ".join(f"{literal(column)}, cast({quote(column)} as varchar)" for column in unknown)
    return f"nullif(cast(json_merge_patch('{{}}'::json, json_object({pairs})) as varchar), '{{}}')"


def _row_as_json(columns: Iterable[str]) -> str:
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
