"""The checks of raw sources: what they are called and how an arrival becomes their results."""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.arrival import Arrival
from orchestration.defs.documents import link
from orchestration.pulling import API_SOURCES, DATABASE_SOURCES, Pulled

CONSERVED, EXPECTED, READ, PULLED = (
    "rows_are_conserved",
    "meets_expectations",
    "every_file_was_read",
    "every_account_was_pulled",
)


def check_specs(source: str, asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """All of a source hang on its first asset."""
    blocking = {
        CONSERVED: "Of every batch, rows read = landed + duplicate + quarantined + blank, and they are stored.",
        EXPECTED: "Every batch arrived whole and looks as usual; a batch that does not is held until somebody "
        "runs `make accept BATCH=...` or `make withdraw BATCH=...`.",
        READ: "Every new file could be read.",
    }
    specs = [
        dg.AssetCheckSpec(name, asset=asset, description=words, blocking=True)
        for name, words in blocking.items()
    ]
    if source in API_SOURCES or source in DATABASE_SOURCES:
        words = (
            "Every account or database of sources.yaml answered whole; one that fails never stops the others."
        )
        specs.append(dg.AssetCheckSpec(PULLED, asset=asset, description=words))
    return specs


def check_results(
    source: str, asset: dg.AssetKey, pulled: Pulled, arrival: Arrival, unbalanced: Sequence[str], page: str
) -> Iterator[dg.AssetCheckResult]:
    """One result per spec of `check_specs`. `page`: of the suite's results, '' when there is none."""
    yield _result(asset, CONSERVED, list(unbalanced), batches=len(arrival.accepted))
    held = [
        f"batch {batch_id} is held: {reason}; run `make accept BATCH={batch_id}` or `make withdraw BATCH={batch_id}`"
        for batch_id, reason in arrival.held.items()
    ]
    notes = "\n".join(dict.fromkeys(arrival.notes)) or "nothing to note"
    yield _result(asset, EXPECTED, held, page=page, evaluated=arrival.evaluated, notes=notes)
    yield _result(asset, READ, [str(file) for file in pulled.files])
    if source in API_SOURCES or source in DATABASE_SOURCES:
        unpulled = [str(account) for account in pulled.accounts]
        yield _result(asset, PULLED, unpulled, severity=dg.AssetCheckSeverity.WARN)


def link_to(page: str) -> dict[str, dg.MetadataValue]:
    """Metadata of a check: the page of its results."""
    return {"results": link(page)} if page else {}


def _result(
    asset: dg.AssetKey,
    name: str,
    failures: list[str],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    page: str = "",
    **metadata: int | str,
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=not failures,
        severity=severity,
        metadata={**metadata, "failed_rows": len(failures), "message": "\n".join(failures), **link_to(page)},
    )
