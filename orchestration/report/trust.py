"""Whether to trust the page: which sources are late, which checks failed, what was put aside."""

from dataclasses import dataclass
from datetime import datetime

from orchestration.report.published import Published


@dataclass(frozen=True)
class Feed:
    """One source; of its tables the one that is worst off. Times are UTC."""

    source: str
    entity: str
    tables: int
    late_tables: int
    last_data_at: datetime | None
    expected_by: datetime | None

    @property
    def is_late(self) -> bool:
        return self.late_tables > 0


@dataclass(frozen=True)
class FailedCheck:
    name: str
    table: str
    severity: str
    failed_rows: int | None
    message: str


@dataclass(frozen=True)
class Trust:
    feeds: list[Feed]
    failed: list[FailedCheck]
    passed: int
    rows_read: int
    rows_quarantined: int

    @property
    def late(self) -> list[Feed]:
        return [feed for feed in self.feeds if feed.is_late]


def read_trust(published: Published) -> Trust:
    """Of the newest publication."""
    feeds = published.rows(
        """select source, count(*) as tables, count(*) filter (is_late) as late_tables,
            arg_max(entity, coalesce(is_late, false)::int * 1e12 - coalesce(epoch(expected_by), 0)) as entity,
            coalesce(min(last_data_at) filter (is_late), max(last_data_at)) as last_data_at,
            coalesce(min(expected_by) filter (is_late), min(expected_by)) as expected_by
        from quality.freshness group by source
        order by late_tables > 0 desc, source"""
    )
    checks = published.rows(
        """select check_name, asset_key, passed, severity, failed_rows, message
        from quality.checks
        where publication_id = (
            select publication_id from quality.publications order by published_at desc limit 1
        )
        order by severity, check_name, asset_key"""
    )
    rows = published.rows(
        """select cast(coalesce(sum(rows_read), 0) as bigint) as rows_read,
            cast(coalesce(sum(rows_quarantined), 0) as bigint) as rows_quarantined
        from quality.batches where state = 'accepted'"""
    )[0]
    return Trust(
        [
            Feed(
                row["source"],
                row["entity"],
                row["tables"],
                row["late_tables"],
                row["last_data_at"],
                row["expected_by"],
            )
            for row in feeds
        ],
        [
            FailedCheck(
                row["check_name"],
                row["asset_key"].rsplit("/", 1)[-1],
                row["severity"],
                row["failed_rows"],
                row["message"] or "",
            )
            for row in checks
            if not row["passed"]
        ],
        sum(bool(row["passed"]) for row in checks),
        rows["rows_read"],
        rows["rows_quarantined"],
    )
