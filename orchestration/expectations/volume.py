"""Expectations about size that every family shares. Small or young things are never blocked for being small."""

from ingestion.manifest import BatchEntry
from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Frame, between

#: Below these, shares say nothing.
MANY_ROWS = 1000
SOME_ROWS = 100


def quarantine_share(view: BatchView) -> Frame:
    """Per entity with many rows: at most half of what was read may be unusable."""
    import pandas as pd

    counts: dict[str, list[int]] = {}
    for file in view.entry.files:
        read, bad = counts.setdefault(file.entity, [0, 0])
        counts[file.entity] = [read + file.rows_read, bad + file.rows_quarantined]
    rows = [
        {"entity": entity, "rows_read": read, "share_quarantined": bad / read}
        for entity, (read, bad) in counts.items()
        if read >= MANY_ROWS
    ]
    note = "" if rows else f"fewer than {MANY_ROWS} rows: shares are not judged"
    expectation = between("at most half of the rows are quarantined", "share_quarantined", 0, 0.5)
    return Frame("rows by entity", pd.DataFrame(rows), (expectation,), note, ("entity",))


def size_of_previous(view: BatchView, smallest: int = SOME_ROWS) -> Frame:
    """Tables that come whole each time: at least half as many rows as in the accepted batch before."""
    import pandas as pd

    before: dict[str, int] = {}
    for entry in view.history:
        before |= _rows_read(entry)
    now = _rows_read(view.entry)
    rows = [
        {
            "entity": entity,
            "rows_read": read,
            "rows_before": before[entity],
            "share_of_before": read / before[entity],
        }
        for entity, read in now.items()
        if before.get(entity, 0) >= smallest
    ]
    note = "" if rows else f"no earlier load of {smallest} rows: size is not compared"
    expectation = between("a table is at least half as long as before", "share_of_before", 0.5)
    return Frame("rows against the load before", pd.DataFrame(rows), (expectation,), note, ("entity",))


def _rows_read(entry: BatchEntry) -> dict[str, int]:
    rows: dict[str, int] = {}
    for file in entry.files:
        if file.entity != "pulls":
            rows[file.entity] = rows.get(file.entity, 0) + file.rows_read
    return rows
