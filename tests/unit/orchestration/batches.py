"""Lands small batches for tests of the arrival gate and of what comes after it."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from ingestion.contracts import CONTRACTS
from ingestion.landing import Landing
from ingestion.settings import Settings

AS_OF = datetime(2026, 4, 1, 1, tzinfo=UTC)


def settings(data_dir: Path) -> Settings:
    return Settings(data_dir, AS_OF, as_of_is_fixed=True)


def land(data_dir: Path, source: str, entities: dict[str, list[dict[str, str | None]]]) -> str:
    """One batch with one `add` per entity; returns its id. Rows are text by column."""
    contracts = {contract.entity: contract for contract in CONTRACTS if contract.source == source}
    with Landing(data_dir, source, observed_at=AS_OF) as landing:
        for entity, rows in entities.items():
            names = [field.name for field in contracts[entity].fields]
            schema = pa.schema([(name, pa.string()) for name in names])
            table = pa.Table.from_pylist(
                [{name: row.get(name) for name in names} for row in rows], schema=schema
            )
            landing.add(contracts[entity], table, file_name=f"inbox/{source}/{entity}.csv")
    assert landing.result is not None
    assert landing.result.batch_id is not None
    return landing.result.batch_id
