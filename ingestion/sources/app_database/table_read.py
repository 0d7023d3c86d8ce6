"""How one of our tables is read from a company's own: which table, which column for each field, and what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Protocol

import pyarrow as pa

from ingestion.contract import Contract, Field
from ingestion.database_config import AppDatabase, DatabaseTable
from ingestion.errors import SourceError

#: Bookkeeping of a row that is put aside, beside its text.
REASONS = ("_reason_code", "_reason")


@dataclass(frozen=True)
class ColumnRead:
    """`column` and `kind` (its declared type) are the database's words for one of our fields."""

    field: Field
    column: str
    kind: str

    @property
    def is_money(self) -> bool:
        return pa.types.is_decimal(self.field.type)


@dataclass(frozen=True)
class TableRead:
    """What is read of one table. `app_id` is the app of all rows, None where a column says it."""

    contract: Contract
    table: str
    columns: tuple[ColumnRead, ...]
    app_id: str | None
    timezone: str = "UTC"

    def column(self, name: str) -> ColumnRead | None:
        return next((read for read in self.columns if read.field.name == name), None)

    def only(self, names: Sequence[str]) -> "TableRead":
        """The same with fewer columns."""
        kept = tuple(read for read in self.columns if read.field.name in names)
        return TableRead(self.contract, self.table, kept, self.app_id, self.timezone)

    @property
    def layout(self) -> str:
        """md5 of all that decides what a row becomes: after a change everything must be read anew."""
        words = [
            f"{self.table}|{self.app_id}|{self.timezone}",
            *(f"{read.field.name}={read.column}:{read.kind}" for read in self.columns),
            *(f"{field.name}:{field.type}" for field in self.contract.fields),
        ]
        return md5("\n".join(words).encode(), usedforsecurity=False).hexdigest()


class OpenDatabase(Protocol):
    """An open database, read-only. Every read sees the state of the first one. Errors are SourceErrors."""

    def columns(self, table: str) -> dict[str, str] | None:
        """Column → declared type in lower case; None where there is no such table or view."""
        ...

    def can_compare(self, updated_at: ColumnRead) -> bool:
        """Whether the database itself can say which rows changed since a moment."""
        ...

    def rows(self, read: TableRead, since: datetime | None = None) -> Iterator[pa.Table]:
        """Tables of text, named by our fields, with REASONS; with `since` what changed then or later, or has no
        usable updated_at."""
        ...


def table_read(
    config: AppDatabase, contract: Contract, present: Mapping[str, str] | None
) -> TableRead | None:
    """None for a table that the database does not have and sources.yaml does not name.

    Optional columns that the table lacks are null, columns that nothing asks for are not read. Raises SourceError that
    names table, column and the line of sources.yaml.
    """
    entity = contract.entity
    mapped = config.tables.get(entity, DatabaseTable())
    table = mapped.table or entity
    whose = f"database {config.name}, table {table}"
    if present is None:
        if entity not in config.tables:
            return None
        raise SourceError(
            f"{whose}: there is no such table or view, or it may not be read; correct `{entity}` in "
            f"{config.line('tables', entity, 'table')}"
        )
    columns, app_id = [], None
    for field in contract.fields:
        given = mapped.columns.get(field.name)
        found = _spelled(given or field.name, present)
        if found is not None:
            columns.append(ColumnRead(field, found, present[found]))
        elif given is not None:
            where = config.line("tables", entity, "columns", field.name)
            raise SourceError(
                f"{whose}: there is no column {given} for `{field.name}` ({where}); the table has "
                f"{_listed(present)}"
            )
        elif field.name == "app_id" and (mapped.app_id or config.app_id):
            app_id = mapped.app_id or config.app_id
        elif field.required:
            raise SourceError(_missing(config, entity, field, whose, present))
    return TableRead(contract, table, tuple(columns), app_id, config.timezone)


def _missing(config: AppDatabase, entity: str, field: Field, whose: str, present: Mapping[str, str]) -> str:
    where = config.line("tables", entity)
    other = "; or give `app_id` itself, when the database serves one app" if field.name == "app_id" else ""
    return (
        f"{whose}: the required column {field.name} is missing; name the company's own column in "
        f"tables: {entity}: columns: {field.name}{other} ({where}); the table has {_listed(present)}"
    )


def _spelled(name: str, present: Mapping[str, str]) -> str | None:
    """Exactly this name, else the one that differs in case only."""
    if name in present:
        return name
    return next((column for column in present if column.lower() == name.lower()), None)


def _listed(present: Mapping[str, str]) -> str:
    names = ", ".join(list(present)[:30])
    return names + ("" if len(present) <= 30 else f" and {len(present) - 30} more")
