"""The typed shape that one raw table must have.

A `Contract` belongs to one entity of one source. It is the single statement of a raw table's
columns, types, units, keys and bounds: landing casts by it, `_schema.parquet` is written from it,
the dbt sources and the docs describe it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

import pyarrow as pa

UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")

#: What counts as a repetition of a row that is dropped at landing, not kept again:
#: `ever` = same key and content in any accepted batch (events);
#: `latest` = same key and content as the newest accepted row of that key (database rows);
#: `never` = every observation is kept, only copies inside one batch are dropped (API pulls, workbook).
Repeats = Literal["ever", "latest", "never"]


@dataclass(frozen=True)
class Field:
    """One column. `required` means not null and not empty; bounds are inclusive."""

    name: str
    type: pa.DataType
    description: str
    required: bool = False
    unit: str | None = None
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    choices: tuple[str, ...] = ()
    is_json: bool = False

    @property
    def arrow(self) -> pa.Field:
        metadata = {"description": self.description}
        if self.unit:
            metadata["unit"] = self.unit
        return pa.field(self.name, self.type, nullable=not self.required, metadata=metadata)


def text(name: str, description: str, *, required: bool = False, choices: Iterable[str] = ()) -> Field:
    """Text, kept as it came but for surrounding blanks; "" is null."""
    return Field(name, pa.string(), description, required, choices=tuple(choices))


def integer(
    name: str,
    description: str,
    *,
    required: bool = False,
    unit: str | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
) -> Field:
    """A whole number of 64 bits; 1.5 is refused, never rounded."""
    return Field(name, pa.int64(), description, required, unit, minimum, maximum)


def decimal(
    name: str,
    description: str,
    *,
    scale: int = 6,
    precision: int = 20,
    required: bool = False,
    unit: str | None = None,
    minimum: Decimal | int | None = None,
    maximum: Decimal | int | None = None,
) -> Field:
    """An exact decimal; more digits than `scale` are refused, never rounded."""
    return Field(name, pa.decimal128(precision, scale), description, required, unit, minimum, maximum)


def timestamp(name: str, description: str, *, required: bool = False) -> Field:
    """A moment in UTC microseconds. Text is ISO 8601 (without offset: UTC) or epoch s / ms / µs."""
    return Field(name, UTC_MICROSECONDS, description, required)


def local_timestamp(name: str, description: str, *, required: bool = False) -> Field:
    """A wall-clock moment in the app's business time zone, YYYY-MM-DD[ HH:MM[:SS]]; an offset is refused."""
    return Field(name, pa.timestamp("us"), description, required)


def date(name: str, description: str, *, required: bool = False) -> Field:
    """A calendar date, YYYY-MM-DD."""
    return Field(name, pa.date32(), description, required)


def boolean(name: str, description: str, *, required: bool = False) -> Field:
    """true / false, also 1 / 0, yes / no, 是 / 否."""
    return Field(name, pa.bool_(), description, required)


def json_text(name: str, description: str, *, required: bool = False) -> Field:
    """A JSON object kept as text."""
    return Field(name, pa.string(), description, required, is_json=True)


BOOKKEEPING: tuple[Field, ...] = (
    json_text("_extra", "Columns that the contract does not know, as a JSON object; null when none."),
    text("_batch_id", "Landing call that brought the row: UTC time + 8 random hex.", required=True),
    text("_source_file", "File, table or endpoint that the row came from.", required=True),
    integer("_source_row", "Line or row number in it, from 1.", required=True),
    text("_content_hash", "Hash of the business columns and _extra (Contract.hashing).", required=True),
    timestamp("_observed_at", "When the source was asked or the file was read (UTC).", required=True),
    timestamp("_loaded_at", "When the row was landed (UTC, wall clock).", required=True),
)


@dataclass(frozen=True)
class Contract:
    """The columns, key and repetition rule of `raw/<source>/<entity>`."""

    source: str
    entity: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    repeats: Repeats = "never"
    #: A column of moments. Rows with the same content have the same one: history is compared by its UTC dates.
    moment: str | None = None
    #: How `_content_hash` is made: `md5` of canonical text, or `quick`, DuckDB's own hash, a fifth of its cost, which
    #: is compared within one key only and may change with a version of DuckDB (docs/decisions/0017).
    hashing: Literal["md5", "quick"] = "md5"

    def __post_init__(self) -> None:
        names = [field.name for field in self.fields]
        unknown = [column for column in self.key if column not in names]
        if unknown or len(set(names)) != len(names):
            raise ValueError(f"contract {self.source}.{self.entity}: bad key {unknown} or repeated column")

    @property
    def name(self) -> str:
        return f"{self.source}.{self.entity}"

    @cached_property
    def schema(self) -> pa.Schema:
        """The schema of a landed raw file: business columns, `_extra`, bookkeeping."""
        return pa.schema(
            [field.arrow for field in (*self.fields, *BOOKKEEPING)],
            metadata={"description": self.description, "key": ",".join(self.key)},
        )


def pulls_contract(source: str) -> Contract:
    """What was asked of an API or a database, when, and whether the answer was whole."""
    return Contract(
        source,
        "pulls",
        "Every question put to this source, with its outcome. "
        "One row per account, entity, report date and observation.",
        (
            text("account_id", "Account, or the name of the database, that was asked.", required=True),
            text("entity", "Entity that was asked for.", required=True),
            date("report_date", "Local date of the report; null where the whole table was read."),
            timestamp("observed_at", "When it was asked (UTC).", required=True),
            text("status", "Outcome.", required=True, choices=("complete", "failed")),
            integer("rows", "Rows that came; 0 is a valid answer.", required=True, minimum=0),
            text("message", "Why it failed, without secrets."),
        ),
        key=("account_id", "entity", "report_date", "observed_at"),
    )
