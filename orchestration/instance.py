"""The Dagster instance of DAGSTER_HOME for a command: what keeps it from opening is one line for a person."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingestion.errors import SourceError

if TYPE_CHECKING:
    import dagster as dg


class HistoryUnusable(SourceError):
    """Runs, events and schedules cannot be read or written; no table is touched by that."""


@contextmanager
def opened_instance() -> "Iterator[dg.DagsterInstance]":
    """Raises HistoryUnusable, also for what its storage says while it is in use."""
    import dagster as dg
    from dagster._core.errors import DagsterInvalidConfigError
    from sqlalchemy.exc import SQLAlchemyError

    of_storage: tuple[type[Exception], ...] = (SQLAlchemyError, *_of_postgresql())
    try:
        with dg.DagsterInstance.get() as instance:
            yield instance
    except DagsterInvalidConfigError as error:
        reasons = "; ".join(" ".join(each.message.split()) for each in error.errors)
        raise HistoryUnusable(
            f"{os.environ.get('OPS_DAGSTER_YAML') or 'dagster.yaml'}: {reasons[:300]}"
        ) from error
    except of_storage as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
        raise HistoryUnusable(_ways_out(reason)) from error


def _of_postgresql() -> tuple[type[Exception], ...]:
    """What the storage in PostgreSQL raises; () where the extra `production` is not installed."""
    if not os.environ.get("OPS_DAGSTER_YAML"):
        return ()
    try:
        from dagster_postgres.utils import DagsterPostgresException
    except ImportError:
        return ()
    return (DagsterPostgresException,)


def _ways_out(reason: str) -> str:
    if chosen := os.environ.get("OPS_DAGSTER_YAML"):
        return f"Dagster's history ({chosen}): {reason}"
    home = os.environ["DAGSTER_HOME"]
    if "not a database" in reason or "malformed" in reason:
        return f"Dagster's history is damaged ({reason}): move {home} away, only the history of runs is in it"
    if "disk" in reason:  # SQLite's words for a full one are "disk I/O error" or "database or disk is full"
        return f"Dagster's history in {home}: {reason}; is the disk full? Free space and run it again"
    return f"Dagster's history in {home}: {reason}"
