"""One step of a landing: rows of text of one contract → a Parquet file of good rows and one of bad rows.

Good rows are cast straight into the file. Repetitions are looked for in what was written, and blank and bad rows are
looked for only when fewer rows were written than read, so that clean input is cast once and held nowhere.
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.casting import literal, quote
from ingestion.contract import Contract
from ingestion.erasure.erased_list import ErasedList
from ingestion.landing_sql import (
    cast_select,
    landed_select,
    quarantine_select,
    rejected_select,
    repeated_select,
    source_file,
    typed_select,
)
from ingestion.manifest import RawFile

#: Level 1 takes two thirds of the time of the usual level 3 and the file is no larger.
PARQUET = "(format parquet, parquet_version v2, compression zstd, compression_level 1)"
_REPEATED, _REJECTED, _SHORT = "repeated_rows", "rejected_rows", "short_hashes"
#: (file, row) of the rows of the last step that landed or repeat something, where others are left to the next step.
WRITTEN = "written_rows"


class RowsLost(Exception):
    """What was written does not add up to what was read: a mistake of this program, nothing is landed."""


@dataclass(frozen=True)
class StepCounts:
    """Rows of one file. read = landed + duplicate + quarantined + blank; of `duplicate`, `known` are in history."""

    read: int = 0
    landed: int = 0
    duplicate: int = 0
    quarantined: int = 0
    blank: int = 0
    known: int = 0


@dataclass(frozen=True)
class Step:
    """`incoming` is a relation of `connection`; rows without `_source_file` are of `default_file`."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract
    incoming: str
    default_file: str
    batch_id: str
    observed_at: datetime
    loaded_at: datetime
    only_good_of: int | None = None
    erased: ErasedList | None = None

    def run(
        self, raw: Path, quarantine: Path, histories: Sequence[list[RawFile]]
    ) -> tuple[dict[str, StepCounts], tuple[str, ...]]:
        """Write both files (an empty one may be missing) and count the rows of each source file; and the UTC dates of
        the rows, when the contract tells their moment.

        With `only_good_of`, the number of rows there are, they are cast already, and those that do not fit count as
        not read: WRITTEN has the others, if there are any such.
        """
        columns = {row[0]: row[1] for row in self._rows(f"describe {self.incoming}")}
        if self.only_good_of is not None:
            cast = typed_select(self.contract, self.incoming, columns)
        else:
            cast = cast_select(self.contract, self.incoming, columns, self.default_file)
        landed = self._land(cast, raw)
        rejected: Counter[tuple[str, bool]] = Counter()
        if self.only_good_of is not None:
            read = landed
            if landed.total() < self.only_good_of:
                places = (
                    f"select _source_file as file, _source_row as row from read_parquet({literal(str(raw))})"
                )
                self.connection.execute(f"create or replace temp table {WRITTEN} as {places}")
        else:
            read = self._count(source_file(columns, self.default_file), self.incoming)
            if landed.total() < read.total():
                rejected = self._reject(cast, quarantine)
        self._erase(raw, quarantine)
        duplicate: Counter[str] = Counter()
        known: Counter[str] = Counter()
        dates = self._dates(raw) if landed.total() else ()
        if landed.total():
            possible = [[file.path for file in files if file.may_have(dates)] for files in histories]
            duplicate, known = self._drop_repeated(raw, possible)
        counts = {
            name: StepCounts(
                read[name],
                landed[name] - duplicate[name],
                duplicate[name],
                rejected[name, False],
                rejected[name, True],
                known[name],
            )
            for name in read
        }
        if landed.total() + rejected.total() != read.total():
            raise RowsLost(f"{self.contract.name}: {read.total()} rows read, but {counts}")
        return counts, dates

    def _erase(self, raw: Path, quarantine: Path) -> None:
        """Who was erased stays erased; before anything is compared with what was landed."""
        if self.erased is not None:
            from ingestion.erasure.landed_rows import erase_landed, erase_quarantined  # reads events' JSON

            erase_landed(self.connection, self.contract, raw, self.erased)
            erase_quarantined(self.connection, quarantine, self.erased)

    def _dates(self, raw: Path) -> tuple[str, ...]:
        if not self.contract.moment:
            return ()
        # By way of a number: casting a moment with a zone to a date asks the calendar of the zone for each row.
        day = f"cast(make_timestamp(epoch_us({quote(self.contract.moment)})) as date)"
        days = f"select distinct {day} as day from read_parquet({literal(str(raw))})"
        return tuple(day for (day,) in self._rows(f"select cast(day as varchar) from ({days}) order by 1"))

    def _land(self, cast: str, raw: Path) -> Counter[str]:
        query = landed_select(self.contract, cast, self.batch_id, self.observed_at, self.loaded_at)
        self.connection.execute(f"copy ({query}) to {literal(str(raw))} {PARQUET}")
        return self._count("_source_file", f"read_parquet({literal(str(raw))})")

    def _reject(self, cast: str, quarantine: Path) -> Counter[tuple[str, bool]]:
        """Rows by (file, is blank); the bad ones are written."""
        self.connection.execute(f"create or replace temp table {_REJECTED} as {rejected_select(cast)}")
        counts = {
            (name, is_blank): rows
            for name, is_blank, rows in self._rows(
                f"select _source_file, _is_blank, count(*) from {_REJECTED} group by all"
            )
        }
        if any(not is_blank for _, is_blank in counts):
            query = quarantine_select(_REJECTED, self.batch_id)
            self.connection.execute(f"copy ({query}) to {literal(str(quarantine))} {PARQUET}")
        self.connection.execute(f"drop table {_REJECTED}")
        return Counter(counts)

    def _drop_repeated(self, raw: Path, histories: Sequence[list[Path]]) -> tuple[Counter[str], Counter[str]]:
        """Take repetitions out of the file, if there are any; counts of all and of those that history has.

        What stays is remembered for the next step.
        """
        path = str(raw)
        rows = f"read_parquet({literal(path)}, file_row_number = true)"
        # 8 bytes a row, not the hash of 32 characters, and read once: a file of any size has to fit.
        short = f"select hash(_content_hash) as short from read_parquet({literal(path)})"
        self.connection.execute(f"create or replace temp table {_SHORT} as {short}")
        seen = self._seen()
        duplicate: Counter[str] = Counter()
        known: Counter[str] = Counter()
        # Most steps repeat nothing: numbers tell that without a second look at what was written.
        if seen or any(histories) or self._rows(f"from {_SHORT} group by short having count(*) > 1 limit 1"):
            repeated = repeated_select(self.contract, path, seen, histories)
            self.connection.execute(f"create or replace temp table {_REPEATED} as {repeated}")
            marked = f"{rows} join {_REPEATED} on file_row_number = place"
            duplicate = self._count("_source_file", marked)
            known = self._count("_source_file", f"{marked} where is_known")
        if duplicate:
            kept = raw.with_name(f"{raw.name}.kept")
            query = f"select * exclude (file_row_number) from {rows} anti join {_REPEATED} on file_row_number = place"
            try:
                self.connection.execute(f"copy ({query}) to {literal(str(kept))} {PARQUET}")
                os.replace(kept, raw)
            finally:
                kept.unlink(missing_ok=True)
        self._remember(path)
        return duplicate, known

    def _seen(self) -> list[str]:
        """Raw files of earlier steps that may have rows of this one."""
        rows, files = self._seen_tables()
        numbers = f"select distinct number from {rows} where short in (from {_SHORT})"
        return [
            file for (file,) in self._rows(f"select path from {files} where number in ({numbers}) order by 1")
        ]

    def _remember(self, path: str) -> None:
        """Also of rows that were taken out of the file: what is like them is looked for in it in vain, no more."""
        rows, files = self._seen_tables()
        self.connection.execute(f"insert into {files} select count(*), {literal(path)} from {files}")
        self.connection.execute(
            f"insert into {rows} select short, (select max(number) from {files}) from {_SHORT}"
        )

    def _seen_tables(self) -> tuple[str, str]:
        rows, files = f"seen_{self.contract.entity}", f"seen_{self.contract.entity}_files"
        self.connection.execute(f"create temp table if not exists {rows} (short ubigint, number integer)")
        self.connection.execute(f"create temp table if not exists {files} (number integer, path varchar)")
        return rows, files

    def _count(self, name: str, relation: str) -> Counter[str]:
        return Counter(dict(self._rows(f"select {name}, count(*) from {relation} group by all")))

    def _rows(self, query: str) -> list[tuple]:
        return self.connection.execute(query).fetchall()
