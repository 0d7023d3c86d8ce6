"""`app_databases` of sources.yaml: where a database is, and what our tables and columns are called in it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field, PrivateAttr, StringConstraints
from pydantic_core import PydanticCustomError

from ingestion.config_values import Name, Section, Variable, Zone
from ingestion.yaml_lines import Place

SQLITE = "sqlite:///"
#: A table or column as the database spells it: anything but control characters.
DatabaseName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,200}$")]


def _database_url(value: str) -> str:
    parts = urlsplit(value)
    if not value.startswith((SQLITE, "postgresql://")):
        raise PydanticCustomError(
            "database", "write sqlite:///path/in/the/data/folder.db or postgresql://user@host:5432/database"
        )
    settings = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if parts.password is not None or any("password" in name.lower() for name in settings):
        raise PydanticCustomError(
            "database",
            "take the password out of the url; `password` names the environment variable that holds it",
        )
    return value


class DatabaseTable(Section):
    """One table. What is not said has our name. `app_id` is the app of all rows, where no column says it.

    `reading: whole` is for a table whose updated_at does not tell every change.
    """

    table: DatabaseName | None = None
    reading: Literal["changes", "whole"] = "changes"
    app_id: Name | None = None
    columns: Mapping[str, DatabaseName] = {}


class AppDatabase(Section):
    """A database of an app. `name` is the account_id of its pulls; SQLite paths are in the data folder.

    A reading of what changed begins `overlap_minutes` before the newest change that is known: what was stamped then
    and written later is found again. A statement is broken off after `statement_timeout_seconds`. Times without an
    offset are of `timezone`.
    """

    name: Name
    url: Annotated[str, AfterValidator(_database_url)]
    user: Variable | None = None
    password: Variable | None = None
    app_id: Name | None = None
    statement_timeout_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    timezone: Zone = "UTC"
    overlap_minutes: Annotated[int, Field(ge=0, le=10_080)] = 60
    tables: Mapping[str, DatabaseTable] = {}
    _lines: dict[Place, int] = PrivateAttr(default_factory=dict)

    def remember_lines(self, lines: Mapping[Place, int]) -> None:
        """Lines of the file by place inside this entry."""
        self._lines.update(lines)

    def line(self, *place: str) -> str:
        """Where sources.yaml says it, for a message: of the nearest place that has a line."""
        known = [place[:length] for length in range(len(place), -1, -1) if place[:length] in self._lines]
        return f"sources.yaml line {self._lines[known[0]]}" if known else "sources.yaml"

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith(SQLITE)

    @property
    def sqlite_path(self) -> str:
        return self.url.removeprefix(SQLITE)


def unknown_names(database: AppDatabase) -> Iterator[tuple[Place, str]]:
    """Names in `tables` that none of our contracts has, with what to do."""
    from ingestion.sources.app_database.contracts import TABLES

    contracts = {contract.entity: contract for contract in TABLES}
    for entity, table in database.tables.items():
        if entity not in contracts:
            yield ("tables", entity), f"`{entity}` is no table of ours; write one of {', '.join(contracts)}"
            continue
        names = [field.name for field in contracts[entity].fields]
        for column in table.columns:
            if column not in names:
                words = f"`{column}` is no column of our {entity}; write one of {', '.join(names)}"
                yield ("tables", entity, "columns", column), words
        if table.app_id and "app_id" in table.columns:
            yield ("tables", entity, "app_id"), "`app_id` is given as a value and as a column; keep one"
