"""A person out of every published version: each file is replaced by a rewritten one, readers keep what they opened."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.casting import literal, quote
from ingestion.erasure.erased_list import FOLDER
from ingestion.erasure.person_rows import mention
from ingestion.manifest import move_into_place
from ingestion.scratch import scratch_connection
from orchestration.freeze import WAREHOUSE
from orchestration.publication.pseudonyms import PERSON_COLUMNS
from orchestration.publication.swap import versions_folder
from orchestration.publication.write import STORAGE_VERSION

#: Rewritten by their contracts, or the company's own.
_NOT_HERE = ("raw", "quarantine", "inbox", "company", FOLDER, "secrets", ".scratch")
#: Free text of a person's rows in public tables: column -> (column that says whose, what stays of the text).
FREE_TEXT = {
    "title": ("creator_id", "cast(null as varchar)"),
    "entry_page": ("user_id", "regexp_replace(entry_page, '[?#].*$', '')"),
}


@dataclass(frozen=True)
class PublishedPerson:
    """`names` are all the ids that readers may know the person by, in any version -> what they become."""

    app_id: str
    names: Mapping[str, str]

    def changes(self, connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
        """Column -> SQL of its new value, for the columns of a table in which the person is named."""
        columns = [
            name
            for name, kind, *_ in connection.execute(f"describe from {relation}").fetchall()
            if kind == "VARCHAR"
        ]
        app = f"app_id in ({literal(self.app_id)}, '*')" if "app_id" in columns else "true"
        found = {}
        for name in columns:
            values = self._values(connection, relation, name, app)
            if values:
                cases = " ".join(f"when {literal(old)} then {literal(new)}" for old, new in values.items())
                found[name] = (
                    f"case when {app} then case {quote(name)} {cases} else {quote(name)} end else {quote(name)} end"
                )
        names = ", ".join(map(literal, self.names))
        for name, (whose, rest) in FREE_TEXT.items():
            if whose in found and name in columns:
                found[name] = (
                    f"case when {app} and {whose} in ({names}) then {rest} else {found.get(name, name)} end"
                )
        return found

    def _values(
        self, connection: duckdb.DuckDBPyConnection, relation: str, column: str, app: str
    ) -> dict[str, str]:
        name = quote(column)
        if column in PERSON_COLUMNS:
            wanted = f"{name} in ({', '.join(map(literal, self.names))})"
            rows = connection.execute(
                f"select distinct {name} from {relation} where {app} and {wanted}"
            ).fetchall()
            return {text: self.names[text] for (text,) in rows}
        if column.endswith("_id"):
            return {}
        wanted = " or ".join(f"contains({name}, {literal(text)})" for text in self.names)
        rows = connection.execute(
            f"select distinct {name} from {relation} where {app} and ({wanted})"
        ).fetchall()
        pattern = mention(sorted(self.names, key=len, reverse=True))
        assert pattern is not None
        new = {text: pattern.sub(lambda found: self.names[found[0]], text) for (text,) in rows}
        return {old: text for old, text in new.items() if old != text}


def erase_publications(data_dir: Path, scratch: Path, person: PublishedPerson, *, dry_run: bool) -> list[str]:
    """Files of tables that changed, relative to the data folder. `scratch` is an empty folder on the same disk."""
    changed = []
    for leftover in versions_folder(data_dir).glob(".*.writing"):
        if not dry_run:
            shutil.rmtree(leftover)
    for path in _files(data_dir):
        rewrite = _rewrite_database if path.suffix == ".duckdb" else _rewrite_parquet
        if rewrite(data_dir, path, scratch, person, dry_run=dry_run):
            changed.append(path.relative_to(data_dir).as_posix())
    return changed


def _files(data_dir: Path) -> Iterator[Path]:
    """Tables of every version, and whatever copies somebody made beside them."""
    for folder, folders, names in os.walk(data_dir):
        if Path(folder) == data_dir:
            folders[:] = sorted(name for name in folders if name not in _NOT_HERE)
        for path in (Path(folder) / name for name in sorted(names)):
            is_table = path.suffix in (".duckdb", ".parquet") and path.name != WAREHOUSE
            if is_table and path.is_file() and not path.is_symlink():
                yield path


def _rewrite_database(
    data_dir: Path, path: Path, scratch: Path, person: PublishedPerson, *, dry_run: bool
) -> bool:
    with scratch_connection(data_dir, "erasure") as connection:
        connection.execute(f"attach {literal(str(path))} as original (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'original' order by all"
        ).fetchall()
        addresses = [f"{quote(schema)}.{quote(name)}" for schema, name in tables]
        found = {each: person.changes(connection, f"original.{each}") for each in addresses}
        found = {address: changes for address, changes in found.items() if changes}
        if not found or dry_run:
            return bool(found)
        connection.execute("detach original")
        # What is deleted in a file of DuckDB still stands in it: the changed copy is copied once more, whole.
        copy, written = scratch / "copy.duckdb", path.with_name(f".{path.name}.rewriting")
        shutil.copyfile(path, copy)
        written.unlink(missing_ok=True)
        connection.execute(f"attach {literal(str(copy))} as changed")
        for address, changes in found.items():
            sets = ", ".join(f"{quote(name)} = {value}" for name, value in changes.items())
            connection.execute(f"update changed.{address} set {sets}")
        connection.execute(
            f"attach {literal(str(written))} as written (storage_version {literal(STORAGE_VERSION)})"
        )
        connection.execute("copy from database changed to written")
        connection.execute("detach written")
        connection.execute("detach changed")
    copy.unlink()
    move_into_place(written, path)
    return True


def _rewrite_parquet(
    data_dir: Path, path: Path, scratch: Path, person: PublishedPerson, *, dry_run: bool
) -> bool:
    with scratch_connection(data_dir, "erasure") as connection:
        relation = f"read_parquet({literal(str(path))})"
        changes = person.changes(connection, relation)
        if not changes or dry_run:
            return bool(changes)
        replaced = ", ".join(f"{value} as {quote(name)}" for name, value in changes.items())
        written = scratch / "written.parquet"
        connection.execute(
            f"copy (select * replace ({replaced}) from {relation}) to {literal(str(written))} "
            "(format parquet, compression zstd)"
        )
    move_into_place(written, path)
    return True
