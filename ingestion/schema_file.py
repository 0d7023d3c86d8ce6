"""`_schema.parquet` of an entity: no rows, the current contract; every reader of raw reads it first."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import Contract
from ingestion.manifest import make_folder, sync_file


def write_schema_file(data_dir: Path, contract: Contract) -> Path:
    """Its path. Rewritten only when the contract changed."""
    path = Path(data_dir) / "raw" / contract.source / contract.entity / "_schema.parquet"
    try:
        if pq.read_schema(path).equals(contract.schema, check_metadata=True):
            return path
    except (OSError, pa.ArrowException):
        make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    pq.write_table(contract.schema.empty_table(), temporary)
    sync_file(temporary)
    os.replace(temporary, path)
    return path
