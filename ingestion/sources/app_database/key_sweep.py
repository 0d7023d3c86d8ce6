"""The keys of a whole table against the rows that are known: which rows are gone, and which were missed."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from ingestion.casting import literal, quote
from ingestion.contract import Contract
from ingestion.erasure.erased_list import ErasedList
from ingestion.erasure.person_columns import person_columns
from ingestion.landing_sql import cast_select
from ingestion.manifest import Manifest
from ingestion.schema_file import write_schema_file


def deleted_name(file_name: str) -> str:
    """What the rows come from that a sweep of `file_name` did not find."""
    return f"{file_name} (deleted)"


class KeySweep:
    """`source` is a relation of text that holds the keys (and updated_at, where the table has one) of all rows."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Contract,
        source: str,
        data_dir: Path,
        file_name: str,
    ) -> None:
        self._connection, self._contract, self._file_name = connection, contract, file_name
        self._swept, self._key = f"swept_{contract.entity}", ", ".join(map(quote, contract.key))
        self._known = _known_rows(contract, data_dir)
        fields = tuple(f for f in contract.fields if f.name in (*contract.key, "updated_at"))
        keys = Contract(contract.source, contract.entity, contract.description, fields, contract.key)
        described = connection.execute(f"describe from {source}").fetchall()
        names = {field.name for field in fields}
        columns = {name: kind for name, kind, *_ in described if name in names}
        relation = f"(select {', '.join(map(quote, columns))} from {source})"
        connection.execute(
            f"create or replace temp table {self._swept} as select {self._key}, updated_at "
            f"from ({cast_select(keys, relation, columns, file_name)}) where not _is_bad"
        )
        self._erased = ErasedList.read(data_dir)
        self._erase(keys)

    def _erase(self, keys: Contract) -> None:
        """Whoever was erased and is still in the database is known under a tombstone."""
        columns = person_columns(keys)
        if self._erased is None or not columns:
            return
        candidates = " union all ".join(
            f"select '{kind}' as kind, app_id, {quote(name)} as id from {self._swept} where {quote(name)} is not null"
            for name, kind in columns.items()
        )
        found = self._erased.among(self._connection, candidates)
        for (kind, app_id, text), tombstone in found.items():
            for name in (name for name, its_kind in columns.items() if its_kind == kind):
                self._connection.execute(
                    f"update {self._swept} set {quote(name)} = ? where app_id = ? and {quote(name)} = ?",
                    [tombstone, app_id, text],
                )

    @property
    def rows(self) -> int:
        return self._number(f"from {self._swept}")

    def missed_before(self, moment: str) -> int:
        """Rows last changed before `moment` that are not known so: written late, back again, or put aside."""
        there = f"{self._known} and _source_file <> {literal(deleted_name(self._file_name))}"
        return self._number(
            f"from {self._swept} as swept anti join ({there}) as known "
            f"using ({self._key}, updated_at) where updated_at < timestamptz {literal(moment)}"
        )

    def deleted(self) -> str | None:
        """A query of the last known state of rows that are gone, marked as deleted; None when there are none.

        Rows of people who were erased are none of them: what they did stays counted when the database forgets them.
        """
        gone = (
            f"({self._known}) as known anti join {self._swept} using ({self._key}) "
            f"where _source_file = {literal(self._file_name)} and not coalesce(is_deleted, false)"
        )
        if self._erased is not None:
            tombstones = (
                ", ".join(sorted({literal(each) for each in self._erased.tombstones.values()})) or "''"
            )
            for name in person_columns(self._contract):
                gone += f" and coalesce({quote(name)}, '') not in ({tombstones})"
        if not self._number(f"from {gone}"):
            return None
        columns = [*(field.name for field in self._contract.fields if field.name != "is_deleted"), "_extra"]
        return f"select {', '.join(map(quote, columns))}, 'true' as is_deleted from {gone}"

    def _number(self, relation: str) -> int:
        return int(self._connection.execute(f"select count(*) {relation}").fetchall()[0][0])


def _known_rows(contract: Contract, data_dir: Path) -> str:
    """SQL: the newest accepted row of each key."""
    schema = write_schema_file(data_dir, contract)
    paths: Iterator[Path] = iter(
        [schema, *Manifest(data_dir).raw_files(contract.source, contract.entity, states=("accepted",))]
    )
    listed = ", ".join(literal(str(path)) for path in paths)
    key = ", ".join(map(quote, contract.key))
    return f"""select * from read_parquet([{listed}], union_by_name = true)
        qualify row_number() over (
            partition by {key} order by _observed_at desc, _batch_id desc, _source_row desc
        ) = 1"""
