"""Text to typed values, exactly or not at all, as DuckDB SQL built from a contract.

Each field gives expressions over a column of text: its cleaned text, its typed value (null when the text
is no such value) and its problems. Their conditions are cheap, so that reasons are worded for bad rows only.
DuckDB's own casts are too kind for this: they round 1.5 to 2 and accept `epoch` as a time, so a pattern
guards each of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from ingestion.contract import Field

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MOMENT = _DATE + r"(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
_OFFSET = r"\s?(?:[Zz]|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"
#: What nearly every producer writes; DuckDB reads it as it stands.
_USUAL_MOMENT = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][01][0-9]:[0-5][0-9])"
)
_EPOCHS = (r"[0-9]{1,11}(?:\.[0-9]{1,9})?", r"[0-9]{12,14}(?:\.[0-9]{1,6})?", "[0-9]{15,17}")
#: DuckDB knows the years 0 and 10000; Python, Arrow's users and every other engine do not.
_FIRST_MOMENT, _BEYOND = "'0001-01-01'", "'10000-01-01'"
_TRUE, _FALSE = ("true", "1", "yes", "y", "是"), ("false", "0", "no", "n", "否")


@dataclass(frozen=True)
class Problem:
    """`condition` is SQL, null or false where there is none; `wanted` says in words what would be right."""

    condition: str
    code: str
    wanted: str


@dataclass(frozen=True)
class CastColumn:
    """SQL of one field. `value` is typed; the conditions of `problems` refer to the text and to the typed column."""

    field: Field
    column: str
    value: str
    problems: tuple[Problem, ...]

    @property
    def code(self) -> str:
        """The reason code of the first problem, or null."""
        return _case((problem.condition, literal(problem.code)) for problem in self.problems)

    @property
    def reason(self) -> str:
        """The first problem in words, or null."""
        got = f"coalesce('got ' || left({self.column}, 60), 'it is empty')"
        return _case(
            (problem.condition, literal(f"{self.field.name}: {problem.wanted}, ") + f" || {got}")
            for problem in self.problems
        )


def quote(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def cleaned(column: str) -> str:
    """Text without surrounding blanks; "" is null."""
    # Trimming costs twenty times a look at the two ends, and next to no text needs it.
    ends = f"left({column}, 1) <= ' ' or right({column}, 1) <= ' '"
    return f"case when {ends} then nullif(trim({column}, ' \t\r\n'), '') else {column} end"


def cast_column(field: Field, column: str, typed: str) -> CastColumn:
    """The typed value and the problems of `column`, whose text is already cleaned; `typed` will hold the value."""
    value, code, wanted = _typed(field, column)
    problems = [Problem(f"{column} is not null and {typed} is null", code, wanted)] if code else []
    if pa.types.is_temporal(field.type):
        beyond = f"{typed} < {_FIRST_MOMENT} or {typed} >= {_BEYOND}"
        problems.append(Problem(beyond, code or "", wanted))
    if field.required:
        problems.insert(0, Problem(f"{column} is null", "missing_required", "a value is required"))
    if field.choices:
        allowed = ", ".join(literal(choice) for choice in field.choices)
        wanted = "one of " + ", ".join(field.choices)
        problems.append(Problem(f"{column} not in ({allowed})", "not_a_choice", wanted))
    if field.minimum is not None:
        problems.append(Problem(f"{typed} < {field.minimum}", "out_of_bounds", f"at least {field.minimum}"))
    if field.maximum is not None:
        problems.append(Problem(f"{typed} > {field.maximum}", "out_of_bounds", f"at most {field.maximum}"))
    return CastColumn(field, column, value, tuple(problems))


def _case(branches: Iterable[tuple[str, str]]) -> str:
    whens = " ".join(f"when {condition} then {result}" for condition, result in branches)
    return f"case {whens} end" if whens else "null"


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
        fraction = rf"[0-9]{{0,{field.type.scale}}}0*"
        # A lone sign or point passes the pattern and fails the cast.
        guard = _matches(column, rf"[+-]?[0-9]*(?:\.{fraction})?")
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
    plain = rf"regexp_replace(replace(upper({column}), ',', '.'), '\s([Z+-])', '\1')"
    spelled = rf"regexp_replace({plain}, '([+-][0-9]{{2}}):?([0-9]{{2}})$', '\1:\2')"
    seconds, millis, micros = (_matches(column, pattern) for pattern in _EPOCHS)
    return f"""case
        when {_matches(column, _USUAL_MOMENT)} then try_cast({column} as timestamptz)
        when {_matches(column, f"{_MOMENT}(?:{_OFFSET})?")} then try_cast({spelled} as timestamptz)
        when {seconds} then make_timestamptz(cast(trunc(cast({column} as decimal(38, 9)) * 1000000) as bigint))
        when {millis} then make_timestamptz(cast(trunc(cast({column} as decimal(38, 9)) * 1000) as bigint))
        when {micros} then make_timestamptz(cast({column} as bigint))
    end"""


def _matches(column: str, pattern: str) -> str:
    return f"regexp_full_match({column}, {literal(pattern)})"
