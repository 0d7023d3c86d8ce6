"""Who is to be erased: the ids of one person of one app, found in what was landed.

A device (anonymous_id, device_id) is the person's when no row of the app, in any batch, shows it with another user.
One that others used too stays as it is, in all rows: it is theirs, and who came first decides whose its anonymous
events are (docs/decisions/0015-erasure.md).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.casting import literal, quote
from ingestion.contract import Contract
from ingestion.contracts import CONTRACTS
from ingestion.erasure.erased_list import DEVICE, USER, PersonId
from ingestion.erasure.person_columns import person_columns
from ingestion.errors import SourceError

#: USER=anon:<anonymous_id>, as marts call whoever never signed in.
ANONYMOUS = "anon:"


class UnknownPerson(SourceError):
    """No such app, or nobody of that id in it; one line."""


@dataclass(frozen=True)
class Person:
    """`ids` are what becomes the tombstone; `orphans` devices that were shared with people erased before, each of which
    becomes a tombstone of its own; `shared` is how many devices stay since others use them too."""

    app_id: str
    ids: tuple[PersonId, ...]
    orphans: tuple[PersonId, ...] = ()
    shared: int = 0


def raw_files(data_dir: Path, contract: Contract) -> list[Path]:
    """Every raw file on disk, whatever became of its batch."""
    return sorted((data_dir / "raw" / contract.source / contract.entity).glob("[!._]*.parquet"))


def raw_relation(data_dir: Path, contract: Contract, *, with_names: bool = False) -> str | None:
    """Relation over every raw file of a table, with `filename` when asked for; None where it has no file."""
    files = raw_files(data_dir, contract)
    if not files:
        return None
    schema = files[0].with_name("_schema.parquet")
    listed = ", ".join(literal(str(path)) for path in (schema, *files) if path.exists())
    return f"read_parquet([{listed}], union_by_name = true, filename = {str(with_names).lower()})"


def people_tables(data_dir: Path) -> Iterator[tuple[Contract, str]]:
    """(contract, relation over all its files) of the tables that know people and have files."""
    for contract in CONTRACTS:
        if person_columns(contract) and (rows := raw_relation(data_dir, contract)):
            yield contract, rows


def find_person(
    connection: duckdb.DuckDBPyConnection,
    data_dir: Path,
    app_id: str,
    user: str,
    tombstones: Collection[str] = (),
) -> Person:
    """`tombstones` stand for people who were erased before. Raises UnknownPerson."""
    tables = list(people_tables(data_dir))
    apps = set()
    for contract in CONTRACTS:
        if contract.entity in ("apps", "events", "users") and (rows := raw_relation(data_dir, contract)):
            found = connection.execute(f"select distinct app_id from {rows}").fetchall()
            apps |= {app for (app,) in found}
    if app_id not in apps:
        known = ", ".join(sorted(apps)) or "none yet"
        raise UnknownPerson(f"APP={app_id}: there is no such app; apps: {known}")
    if user.startswith(ANONYMOUS):
        return _anonymous(connection, tables, app_id, user.removeprefix(ANONYMOUS))
    if not any(_is_named(connection, contract, rows, USER, app_id, user) for contract, rows in tables):
        raise UnknownPerson(f"USER={user}: nothing that was landed for app {app_id} names this user")
    mine: list[PersonId] = [(USER, app_id, user)]
    orphans: list[PersonId] = []
    shared = 0
    for device, others in sorted(_devices(connection, tables, app_id, user).items()):
        if not others:
            mine.append((DEVICE, app_id, device))
        elif others <= set(tombstones):
            orphans.append((DEVICE, app_id, device))
        else:
            shared += 1
    return Person(app_id, tuple(mine), tuple(orphans), shared)


def _anonymous(
    connection: duckdb.DuckDBPyConnection, tables: list[tuple[Contract, str]], app_id: str, device: str
) -> Person:
    if not any(_is_named(connection, contract, rows, DEVICE, app_id, device) for contract, rows in tables):
        raise UnknownPerson(f"USER={ANONYMOUS}{device}: nothing that was landed for app {app_id} names it")
    for contract, rows in tables:
        columns = person_columns(contract)
        for name in (name for name, kind in columns.items() if kind == DEVICE and "user_id" in columns):
            query = f"select user_id from {rows} where app_id = ? and {quote(name)} = ? and user_id is not null limit 1"
            if connection.execute(query, [app_id, device]).fetchall():
                raise UnknownPerson(
                    f"USER={ANONYMOUS}{device}: a signed-in user was seen with it; erase by the id of that user"
                )
    return Person(app_id, ((DEVICE, app_id, device),))


def _is_named(
    connection: duckdb.DuckDBPyConnection, contract: Contract, rows: str, kind: str, app_id: str, text: str
) -> bool:
    names = [quote(name) for name, its_kind in person_columns(contract).items() if its_kind == kind]
    if not names:
        return False
    query = f"select 1 from {rows} where app_id = $1 and $2 in ({', '.join(names)}) limit 1"
    return bool(connection.execute(query, [app_id, text]).fetchall())


def _devices(
    connection: duckdb.DuckDBPyConnection, tables: list[tuple[Contract, str]], app_id: str, user: str
) -> dict[str, set[str]]:
    """Devices that the user was seen with -> the other users who were seen with them."""
    seen = [
        f"select {quote(name)} as device, user_id from {rows} where app_id = $app and user_id is not null"
        for contract, rows in tables
        for name, kind in person_columns(contract).items()
        if kind == DEVICE and "user_id" in person_columns(contract)
    ]
    if not seen:
        return {}
    rows = connection.execute(
        f"""select device, coalesce(list(distinct user_id) filter (user_id <> $user), [])
        from ({" union all ".join(seen)})
        where device is not null group by device having bool_or(user_id = $user)""",
        {"app": app_id, "user": user},
    ).fetchall()
    return {device: set(others) for device, others in rows}
