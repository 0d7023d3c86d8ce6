"""The company's own database, really there: a SQLite file, or a database of a real PostgreSQL server."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from adbc_driver_postgresql import dbapi

from ingestion.database_config import AppDatabase
from ingestion.landing import LandingResult
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults
from ingestion.sources.app_database import pull
from tests.unit.ingestion.sources.company_folder import AS_OF, CompanyFolder

NO_SECRETS: Mapping[str, str] = {}


class CompanyDatabase:
    """One database, and the data folder that it is pulled into. `kind` is sqlite or postgresql."""

    def __init__(self, path: Path, server: str | None = None, name: str = "shop") -> None:
        (path / "company").mkdir(parents=True, exist_ok=True)
        self.folder = CompanyFolder(path)
        self.kind = "postgresql" if server else "sqlite"
        self.url = server or "sqlite:///company/app.db"
        self.name = name

    def config(self, **more: Any) -> AppDatabase:
        return AppDatabase(**{"name": self.name, "url": self.url, **more})

    def execute(self, *statements: str) -> None:
        if self.kind == "sqlite":
            with closing(sqlite3.connect(self.folder.path / "company" / "app.db")) as file, file:
                for statement in statements:
                    file.execute(statement)
            return
        with closing(dbapi.connect(self.url, autocommit=True)) as server, closing(server.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)

    def pull(self, hours: float = 0, environ: Mapping[str, str] = NO_SECRETS, **more: Any) -> PullResults:
        """Pull at AS_OF + hours and accept what came."""
        settings = Settings(self.folder.path, AS_OF + timedelta(hours=hours))
        results = pull(settings, [self.config(**more)], environ)
        self.folder.accept(results)
        return results

    def rows(self, entity: str) -> list[dict[str, Any]]:
        return self.folder.landed("app_database", entity)

    def latest(self, entity: str, key: str) -> dict[str, dict[str, Any]]:
        """Key → its newest state, without the deleted."""
        newest = {row[key]: row for row in self.rows(entity)}
        return {name: row for name, row in newest.items() if not row["is_deleted"]}

    def outcome(self, entity: str) -> dict[str, Any]:
        """What the newest pull says of a table."""
        return [row for row in self.rows("pulls") if row["entity"] == entity][-1]

    def withdraw(self, result: LandingResult) -> None:
        assert result.batch_id
        Manifest(self.folder.path).set_state(result.batch_id, "withdrawn")


def database_url(server: str, database: str, **settings: str) -> str:
    """The same server's address with another database."""
    parts = urlsplit(server)
    query = "&".join([parts.query, *(f"{name}={value}" for name, value in settings.items())])
    return f"postgresql://{parts.netloc}/{database}?{query}"
