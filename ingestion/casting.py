"""Text to typed values, exactly or not at all, as DuckDB SQL built from a contract.

Each field gives three expressions over a column of text: its cleaned text, its typed value (null when
the text is no such value) and its problem (null when there is none). DuckDB's own casts are too kind
for this: they round 1.5 to 2 and accept `epoch` as a time, so a pattern guards each of them.
"""

from dataclasses import dataclass

import pyarrow as pa

from ingestion.contract import Field

_OFFSET = r"\s?(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = _DATE + r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?)?"
_EPOCHS = (r"[0-9]{1,11}(\.[0-9]{1,9})?", r"[0-9]{12,14}(\.[0-9]{1,6})?", "[0-9]{15,17}")
_TRUE, _FALSE = ("true", "1", "yes", "y", "是"), ("false", "0", "no", "n", "否")


@dataclass(frozen=True)
class CastColumn:
    """SQL of one field: `value` is typed; `code` and `reason` are text or null."""

    field: Field
    value: str
    code: str
    reason: str


def quote(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def cleaned(column: str) -> str:
    """Text without surrounding blanks; "" is null."""
    # Trimming costs twenty times a look at the two ends, and next to no text needs it.
    ends = f"left({column}, 1) <= ' ' or right({column}, 1) <= ' '"
    return f"case when {ends} then nullif(trim({column}, ' \t\r\n'), '') else {column} end"


def cast_column(field: Field, column: str) -> CastColumn:
    """The typed value and the problem of `column`, whose text is already cleaned."""
    value, code, wanted = _typed(field, column)
    problems = [(f"{column} is not null and ({value}) is null", code, wanted)] if code else []
    if field.required:
        problems.insert(0, (f"{column} is null", "missing_required", "a value is required"))
    if field.choices:
        allowed = ", ".join(literal(choice) for choice in field.choices)
        problems.append(
            (f"{column} not in ({allowed})", "not_a_choice", "one of " + ", ".join(field.choices))
        )
    if field.minimum is not None:
        problems.append((f"({value}) < {field.minimum}", "out_of_bounds", f"at least {field.minimum}"))
    if field.maximum is not None:
        problems.append((f"({value}) > {field.maximum}", "out_of_bounds", f"at most {field.maximum}"))
    return CastColumn(field, value, _case(problems, 1), _case_reason(field, column, problems))


def _case(problems: list[tuple[str, str, str]], position: int) -> str:
    if not problems:
        return "null"
    branches = " ".join(f"when {problem[0]} then {literal(problem[position])}" for problem in problems)
    return f"case {branches} end"


def _case_reason(field: Field, column: str, problems: list[tuple[str, str, str]]) -> str:
    if not problems:
        return "null"
    got = f"coalesce('got ' || left({column}, 60), 'it is empty')"
    branches = " ".join(
        f"when {condition} then {literal(f'{field.name}: {wanted}, ')} || {got}"
        for condition, _, wanted in problems
    )
    return f"case {branches} end"


def _typed(field: Field, column: str) -> tuple[str, str | None, str]:
    """(typed SQL, reason code, what is wanted in words) of one field."""
    if field.is_json:
        return f"case when json_valid({column}) then {column} end", "broken_json", "JSON"
    if pa.types.is_string(field.type):
        return column, None, "text"
    if pa.types.is_integer(field.type):
        guard = _matches(column, r"[+-]?[0-9]+(\.0*)?")
        return f"case when {guard} then try_cast({column} as bigint) end", "not_an_integer", "a whole number"
    if pa.types.is_decimal(field.type):
        kind = f"decimal({field.type.precision}, {field.type.scale})"
        guard = _matches(
            column, rf"[+-]?([0-9]+(\.[0-9]{{0,{field.type.scale}}}0*)?|\.[0-9]{{1,{field.type.scale}}}0*)"
        )
        return (
            f"case when {guard} then try_cast({column} as {kind}) end",
            "not_a_decimal",
            f"a plain number with at most {field.type.scale} decimals",
        )
    if pa.types.is_date(field.type):
        guard = _matches(column, _DATE)
        return f"case when {guard} then try_cast({column} as date) end", "not_a_date", "a date YYYY-MM-DD"
    if pa.types.is_boolean(field.type):
        words = {
            kind: ", ".join(literal(word) for word in accepted)
            for kind, accepted in (("true", _TRUE), ("false", _FALSE))
        }
        branches = " ".join(
            f"when lower({column}) in ({accepted}) then {kind}" for kind, accepted in words.items()
        )
        return f"case {branches} end", "not_a_boolean", "true or false"
    if pa.types.is_timestamp(field.type) and field.type.tz is None:
        guard = _matches(column, _MOMENT)
        return (
            f"case when {guard} then try_cast(replace({column}, ',', '.') as timestamp) end",
            "not_a_local_time",
            "a local time YYYY-MM-DD HH:MM:SS without offset",
        )
    if pa.types.is_timestamp(field.type):
        return moment(column), "not_a_timestamp", "an ISO 8601 time or an epoch in s, ms or µs"
    raise TypeError(f"no cast for {field.type} of {field.name}")


def moment(column: str) -> str:
    """SQL: text → UTC moment, null when it is none.

    ISO 8601 (no offset: UTC) or an epoch: up to 11 digits are seconds, 12–14 ms, 15–17 µs.
    """
    iso = (
        f"try_cast(regexp_replace(replace(upper({column}), ',', '.'), "
        r"'\s?([+-][0-9]{2}):?([0-9]{2})$', '\1:\2') as timestamptz)"
    )
    seconds, millis, micros = (_matches(column, pattern) for pattern in _EPOCHS)
    return f"""case
        when {_matches(column, f"{_MOMENT}({_OFFSET})?")} then {iso}
        when {seconds} then make_timestamptz(cast(trunc(cast({column} as decimal(38, 9)) * 1000000) as bigint))
        when {millis} then make_timestamptz(cast(trunc(cast({column} as decimal(38, 9)) * 1000) as bigint))
        when {micros} then make_timestamptz(cast({column} as bigint))
    end"""


def _matches(column: str, pattern: str) -> str:
    return f"regexp_full_match({column}, {literal(pattern)})"
