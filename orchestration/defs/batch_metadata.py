"""What a person sees of the batches of a run in Dagster: files, rows, dates, throughput, samples of the quarantine."""

from pathlib import Path

import dagster as dg

from ingestion.contract import Contract
from ingestion.manifest import BatchEntry, FileEntry
from ingestion.scratch import scratch_connection
from orchestration.masking import masked

#: More files than these are counted, not listed.
LISTED_FILES, SAMPLES = 50, 10
_COUNTS = ("rows_read", "rows_landed", "rows_duplicate", "rows_quarantined", "rows_blank")


def batch_metadata(data_dir: Path, contract: Contract, batches: list[BatchEntry]) -> dict[str, object]:
    """Metadata of one entity in the batches of this run; nothing when they hold no file of it."""
    files = [(batch, file) for batch in batches for file in batch.files if file.entity == contract.entity]
    if not files:
        return {}
    found: dict[str, object] = {"files": dg.MetadataValue.table(_file_records(files))}
    dates = sorted(
        {day for b in batches for path, days in b.dates.items() if _is_of(path, contract) for day in days}
    )
    if dates:
        found["touched_dates"] = len(dates)
        found["first_touched_date"], found["last_touched_date"] = dates[0], dates[-1]
    if (
        seconds := sum(
            batch.seconds or 0.0 for batch in {batch.batch_id: batch for batch, _ in files}.values()
        )
    ) > 0:
        found["rows_per_second"] = round(sum(file.rows_read for _, file in files) / seconds, 1)
    paths = sorted({str(data_dir / file.quarantine_path) for _, file in files if file.quarantine_path})
    if paths:
        reasons, samples = _quarantined(data_dir, paths)
        found["quarantined_by_reason"] = reasons
        found["quarantined_samples"] = dg.MetadataValue.table(samples)
    return found


def _is_of(path: str, contract: Contract) -> bool:
    return path.startswith(f"raw/{contract.source}/{contract.entity}/")


def _file_records(files: list[tuple[BatchEntry, FileEntry]]) -> list[dg.TableRecord]:
    """Counts by batch and file; a file may have several entries."""
    rows: dict[tuple[str, str], list[int]] = {}
    for batch, file in files:
        summed = rows.setdefault((batch.batch_id, file.file_name), [0] * len(_COUNTS))
        summed[:] = [rows_ + getattr(file, name) for rows_, name in zip(summed, _COUNTS, strict=True)]
    return [
        dg.TableRecord({"batch_id": batch_id, "file": name, **dict(zip(_COUNTS, counts, strict=True))})
        for (batch_id, name), counts in list(rows.items())[:LISTED_FILES]
    ]


def _quarantined(data_dir: Path, paths: list[str]) -> tuple[dict[str, int], list[dg.TableRecord]]:
    """Rows by reason code, and the first of each reason."""
    with scratch_connection(data_dir, "quarantine") as connection:
        rows = "from read_parquet(?)"
        reasons = connection.execute(
            f"select reason_code, count(*) {rows} group by all order by all", [paths]
        ).fetchall()
        samples = connection.execute(
            f"""select reason_code, file_name, line_number, reason, left(raw_text, 4000) {rows}
                qualify row_number() over (partition by reason_code order by file_name, line_number) <= 2
                order by all limit {SAMPLES}""",
            [paths],
        ).fetchall()
    return dict(reasons), [
        dg.TableRecord(
            {
                "reason_code": code,
                "file": name,
                "line": line,
                "reason": masked(reason),
                "raw_text": masked(text or ""),
            }
        )
        for code, name, line, reason, text in samples
    ]
