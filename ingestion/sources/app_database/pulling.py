"""Lands the tables of every app database: what changed, and once a day what is gone; one batch per database."""

import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC
from pathlib import Path

from ingestion.database_config import AppDatabase
from ingestion.errors import SourceError
from ingestion.landing import Landing, LandingResult
from ingestion.settings import Settings
from ingestion.sources.account_pulls import FailedAccount, NoAccountPulled, PullResults, text_table
from ingestion.sources.app_database.contracts import PULLS, SOURCE, TABLES
from ingestion.sources.app_database.past_readings import PastReadings
from ingestion.sources.app_database.sqlite_tables import open_sqlite
from ingestion.sources.app_database.table_landing import TableLanding
from ingestion.sources.app_database.table_read import OpenDatabase, table_read

log = logging.getLogger(__name__)

PullRow = dict[str, str | None]


def pull(
    settings: Settings, databases: Sequence[AppDatabase], environ: Mapping[str, str] = os.environ
) -> PullResults:
    """Land what is new in every table of every database; a row that did not change is a duplicate.

    A table that was already read at this `as_of` is not read again. A table that the database does not have is left
    out. One that cannot be read is a failed pull; the others go on. Raises NoAccountPulled when not one table of all
    databases could be read.
    """
    results = PullResults()
    past = PastReadings(settings)
    good = 0
    for config in databases:
        outcomes: list[PullRow] = []
        with Landing(settings.data_dir, SOURCE, observed_at=settings.as_of) as landing:
            failure = _pull_database(settings, landing, config, past, outcomes, environ)
            if outcomes:
                landing.add(PULLS, text_table(PULLS, outcomes), file_name=f"pulls of {config.name}")
        if isinstance(landing.result, LandingResult):
            results.append(landing.result)
        if failure:
            log.warning("%s", failure)
            results.failures.append(FailedAccount(SOURCE, config.name, failure))
        good += failure is None or any(row["status"] == "complete" for row in outcomes)
    if databases and not good:
        raise NoAccountPulled(f"no app database could be read: {results.failures[0].message}", results)
    return results


def _pull_database(
    settings: Settings,
    landing: Landing,
    config: AppDatabase,
    past: PastReadings,
    outcomes: list[PullRow],
    environ: Mapping[str, str],
) -> str | None:
    """Land what is there; the outcome of each table goes to `outcomes`. Returns the first failure."""
    wanted = [c for c in TABLES if not past.was_asked(config.name, c.entity, settings.as_of)]
    if not wanted:
        return None
    failure, absent = None, []
    try:
        with (
            _opened(settings.data_dir, config, environ) as database,
            tempfile.TemporaryDirectory() as scratch,
        ):
            for contract in wanted:
                facts: PullRow = {}
                try:
                    mapped = config.tables.get(contract.entity)
                    name = (mapped and mapped.table) or contract.entity
                    read = table_read(config, contract, database.columns(name))
                    if read is None:
                        absent.append(contract.entity)
                        continue
                    facts = TableLanding(settings, landing, config, database, past, Path(scratch)).land(read)
                except SourceError as error:
                    failure = failure or str(error)
                    facts = {"status": "failed", "rows": "0", "message": str(error)}
                outcomes.append(_pull_row(settings, config.name, contract.entity, facts))
            if len(absent) == len(TABLES):
                failure = (
                    f"database {config.name} has none of the tables {', '.join(t.entity for t in TABLES)}"
                )
    except SourceError as error:
        failure = str(error)
        facts = {"status": "failed", "rows": "0", "message": failure}
        outcomes.extend(_pull_row(settings, config.name, contract.entity, facts) for contract in wanted)
    if absent:
        log.info("database %s has no table %s; left out", config.name, ", ".join(absent))
    return failure


def _opened(
    data_dir: Path, config: AppDatabase, environ: Mapping[str, str]
) -> AbstractContextManager[OpenDatabase]:
    if config.is_sqlite:
        return open_sqlite(config, data_dir)
    # The driver is 11 MB of shared library, and most companies have one kind of database.
    from ingestion.sources.app_database.postgresql_tables import open_postgresql

    return open_postgresql(config, environ)


def _pull_row(settings: Settings, account: str, entity: str, facts: PullRow) -> PullRow:
    asked = {"report_date": None, "observed_at": settings.as_of.astimezone(UTC).isoformat()}
    return {"account_id": account, "entity": entity, **asked, **facts}
