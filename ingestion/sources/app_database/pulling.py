"""Lands the tables of every app database whole, one batch per database, with the outcome of each table in `pulls`."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq

from ingestion.contract import Contract
from ingestion.errors import SourceError
from ingestion.landing import Landing, LandingResult
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.account_pulls import FailedAccount, NoAccountPulled, PullResults, text_table
from ingestion.sources.app_database.contracts import PULLS, SOURCE, TABLES
from ingestion.sources.app_database.sqlite_tables import Database, open_sqlite

log = logging.getLogger(__name__)

SQLITE = "sqlite:///"
PullRow = dict[str, str | None]


class DatabaseAddress(Protocol):
    """`name` is the account of its pulls; `url` sqlite:///path, relative to the data folder or absolute."""

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...


def pull(settings: Settings, databases: Sequence[DatabaseAddress]) -> PullResults:
    """Land every table of every database; rows that did not change are duplicates.

    A table that was already read whole at this `as_of` is not read again. A table that the database does not have
    is left out. One that cannot be read is a failed pull; the others go on. Raises NoAccountPulled when not one
    table of all databases could be read.
    """
    results = PullResults()
    observed = _observed_tables(Manifest(settings.data_dir), settings.as_of)
    good = 0
    for database in databases:
        outcomes: list[PullRow] = []
        with Landing(settings.data_dir, SOURCE, observed_at=settings.as_of) as landing:
            failure = _pull_database(settings, landing, database, observed, outcomes)
            if outcomes:
                landing.add(PULLS, text_table(PULLS, outcomes), file_name=f"pulls of {database.name}")
        if isinstance(landing.result, LandingResult):
            results.append(landing.result)
        if failure:
            log.warning(failure)
            results.failures.append(FailedAccount(SOURCE, database.name, failure))
        good += failure is None or any(row["status"] == "complete" for row in outcomes)
    if databases and not good:
        raise NoAccountPulled(f"no app database could be read: {results.failures[0].message}", results)
    return results


def _pull_database(
    settings: Settings,
    landing: Landing,
    address: DatabaseAddress,
    observed: set[tuple[str, str]],
    outcomes: list[PullRow],
) -> str | None:
    """Land what is there; the outcome of each table goes to `outcomes`. Returns the first failure."""
    wanted = [contract for contract in TABLES if (address.name, contract.entity) not in observed]
    if not wanted:
        return None
    failure = None
    try:
        with _opened(settings.data_dir, address) as database:
            present = database.tables()
            if absent := [contract.entity for contract in TABLES if contract.entity not in present]:
                log.info("database %s has no table %s; left out", address.name, ", ".join(absent))
            for contract in wanted:
                if contract.entity not in present:
                    continue
                try:
                    rows = _land_table(landing, database, contract)
                    outcomes.append(_pull_row(settings, address.name, contract.entity, rows, None))
                except SourceError as error:
                    failure = failure or str(error)
                    outcomes.append(_pull_row(settings, address.name, contract.entity, None, str(error)))
            if not present.intersection(contract.entity for contract in TABLES):
                failure = (
                    f"database {address.name} has none of the tables {', '.join(t.entity for t in TABLES)}"
                )
    except SourceError as error:
        failure = str(error)
        outcomes.extend(
            _pull_row(settings, address.name, contract.entity, None, failure) for contract in wanted
        )
    return failure


def _opened(data_dir: Path, address: DatabaseAddress) -> AbstractContextManager[Database]:
    if not address.url.startswith(SQLITE):
        kind = address.url.partition(":")[0]
        raise SourceError(
            f"database {address.name}: {kind} databases come in a later version; this one reads sqlite:///path"
        )
    return open_sqlite(address.name, data_dir / address.url.removeprefix(SQLITE))


def _land_table(landing: Landing, database: Database, contract: Contract) -> int:
    """Rows that were read. All parts are read before the first is landed: a table lands whole or not."""
    parts = list(database.rows(contract)) or [text_table(contract, [])]
    name = f"{database.name}.{contract.entity}"
    return sum(landing.add(contract, part, file_name=name).read for part in parts)


def _pull_row(
    settings: Settings, account: str, entity: str, rows: int | None, message: str | None
) -> PullRow:
    return {
        "account_id": account,
        "entity": entity,
        "report_date": None,
        "observed_at": settings.as_of.astimezone(UTC).isoformat(),
        "status": "failed" if rows is None else "complete",
        "rows": str(rows or 0),
        "message": message,
    }


def _observed_tables(manifest: Manifest, as_of: datetime) -> set[tuple[str, str]]:
    """(database, table) that were read whole at exactly this moment."""
    found = set()
    for path in manifest.raw_files(SOURCE, PULLS.entity, states=("landed", "accepted")):
        pulls = pq.read_table(path, columns=["account_id", "entity", "observed_at", "status"])
        for row in pulls.to_pylist():
            if row["status"] == "complete" and row["observed_at"] == as_of:
                found.add((row["account_id"], row["entity"]))
    return found
