"""How many models dbt builds at once."""

import os
from pathlib import Path

import duckdb

#: Of small models, dbt's own Python is half the time: four at once fill its gaps on two cores.
FEW_EVENTS_THREADS = 4
#: From here on each model keeps all cores busy by itself, and more of them at once only take each other's caches: 10
#: million events took 188 CPU s and 101 s by four threads on two cores, 173 and 93 by two; 2.5 million the same.
MANY_EVENTS = 5_000_000


def dbt_threads(warehouse: Path) -> int:
    """By the events that the frozen run reads; without a frozen run there are none."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            [(events,)] = connection.execute(
                "select coalesce(sum(rows), 0) from meta.raw_files where source = 'app_events'"
            ).fetchall()
        except duckdb.CatalogException:
            events = 0
    return FEW_EVENTS_THREADS if events < MANY_EVENTS else min(FEW_EVENTS_THREADS, os.cpu_count() or 1)
