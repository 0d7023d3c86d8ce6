"""Write, audit, publish as one act: the whole of it happens, or readers keep what they had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingestion.manifest import Manifest
from orchestration.publication.audit import audit_version
from orchestration.publication.pseudonyms import Pseudonyms
from orchestration.publication.public_tables import PublicTable
from orchestration.publication.swap import (
    Receipt,
    current_receipt,
    publish_version,
    remove_old_versions,
    scratch_folder,
)
from orchestration.publication.verify import CheckOutcome, verify
from orchestration.publication.write import Publication, write_version


@dataclass(frozen=True)
class Published:
    """The version that readers see now; `rows` per table ('marts.fct_orders': 12)."""

    publication: Publication
    folder: Path
    rows: dict[str, int]
    pseudonyms: Pseudonyms


def publish(
    data_dir: Path, dagster_run_id: str, tables: Sequence[PublicTable], checks: Sequence[CheckOutcome]
) -> Published:
    """Raises NotPublishable, with one line that names what is wrong; the last good version stays."""
    run = verify(data_dir, Manifest(data_dir).entries(), checks)
    publication = Publication.of(run, dagster_run_id, _now(data_dir))
    scratch = scratch_folder(data_dir, publication.publication_id)
    pseudonyms = Pseudonyms.from_environment()
    rows = write_version(data_dir, scratch, publication, tables, checks, pseudonyms)
    audit_version(data_dir, scratch, tables)
    receipt = Receipt(
        publication.publication_id,
        publication.published_at.isoformat(),
        run.as_of.isoformat(),
        dagster_run_id,
        run.fingerprint,
    )
    folder = publish_version(data_dir, scratch, receipt)
    remove_old_versions(data_dir)
    return Published(publication, folder, rows, pseudonyms)


def _now(data_dir: Path) -> datetime:
    """The clock (UTC, naive), but later than the last publication: versions and revisions are ordered by it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    receipt = current_receipt(data_dir)
    if receipt is None:
        return now
    return max(now, datetime.fromisoformat(receipt.published_at) + timedelta(microseconds=1))
