"""What publication proves by itself, since blocking checks bind only inside the run that made them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.manifest import BatchEntry
from orchestration.freeze import WAREHOUSE


class NotPublishable(Exception):
    """The warehouse may not be published; the message is one line that names what is wrong."""


@dataclass(frozen=True)
class CheckOutcome:
    """The newest result of one asset check. `passed` is None when it never ran."""

    asset_key: str
    name: str
    passed: bool | None
    is_blocking: bool
    severity: str = "ERROR"
    failed_rows: int = 0
    message: str = ""


@dataclass(frozen=True)
class FrozenRun:
    """The one row of meta.run with what was built of it. `as_of` is UTC, naive."""

    run_id: str
    as_of: datetime
    code_version: str
    fingerprint: str


def verify(data_dir: Path, batches: Iterable[BatchEntry], checks: Sequence[CheckOutcome]) -> FrozenRun:
    """Raises NotPublishable unless the warehouse is one whole, good build of accepted batches."""
    run, frozen = _frozen(data_dir / WAREHOUSE)
    states = {batch.batch_id: batch.state for batch in batches}
    for batch_id, state in frozen:
        if state == "landed":
            raise NotPublishable(f"batch {batch_id} was not judged yet: run the whole refresh")
        if state not in ("accepted", "withdrawn"):
            raise NotPublishable(
                f"batch {batch_id} is {state}: run `make accept BATCH={batch_id}` or `make withdraw BATCH={batch_id}`"
            )
        if states.get(batch_id) != state:
            raise NotPublishable(
                f"batch {batch_id} was {state} when the tables were built, is {states.get(batch_id, 'gone')} now: "
                "refresh again"
            )
    failed = [check for check in checks if check.is_blocking and check.passed is False]
    if failed:
        names = ", ".join(f"{check.name} on {check.asset_key}" for check in failed[:5])
        more = f" and {len(failed) - 5} more" if len(failed) > 5 else ""
        raise NotPublishable(f"{len(failed)} blocking check(s) failed: {names}{more}")
    return run


def _frozen(warehouse: Path) -> tuple[FrozenRun, list[tuple[str, str]]]:
    """The frozen run and the (batch, state) pairs that it was built from."""
    if not warehouse.exists():
        raise NotPublishable("there is no warehouse yet: run the whole refresh")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        try:
            built = connection.execute(
                """select run_id, run.as_of, run.code_version, build.fingerprint, build.built_at
                from meta.run join meta.build using (run_id)"""
            ).fetchall()
            batches = connection.execute("select batch_id, state from meta.batches").fetchall()
        except duckdb.CatalogException:
            raise NotPublishable("the warehouse was never frozen: run the whole refresh") from None
    if not built or built[0][4] is None:
        raise NotPublishable("the tables are not one whole build that ended well: run the whole refresh")
    return FrozenRun(*built[0][:4]), batches
