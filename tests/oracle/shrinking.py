"""Makes a differing app small: rows, then what stands in them, go as long as it still differs.

A run of the pipeline costs seconds whatever it holds, so the candidates of a round are the apps of one company.
`python -m tests.oracle.shrinking BATCH NUMBER` shrinks one random app and prints it.
"""

import copy
import json
import sys
import tempfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from tests.oracle.company import Company, Row
from tests.oracle.comparison import compare_apps
from tests.oracle.random_apps import BATCHES, Batch, case_of, merged, random_app, rows_of
from tests.oracle.user_marts import TABLES, Workshop

Rows = dict[str, list[Row]]
#: Whether each of some cases still shows the difference.
Judge = Callable[[list[Rows]], list[bool]]
#: (field, index of the row, key in the row); key None is the whole row.
Unit = tuple[str, int, str | None]
#: Keys without which a row is still valid.
OPTIONAL = {
    "events": ("anonymous_id", "platform", "app_version", "device_id", "country", "region", "received_at",
               "properties"),
    "apps": ("timezone", "week_start", "currency", "launch_date", "events_since", "first_day"),
    "users": ("registered_at", "acquisition_channel", "acquisition_campaign", "country", "region", "tier"),
    "orders": ("currency_code",),
    "excluded_users": ("reason", "from_date"),
}  # fmt: skip
CANDIDATES = 60


def shrink(rows: Rows, judge: Judge, rounds: int = 30) -> Rows:
    """The smallest case found in so many calls of `judge`. No single row or optional key of it can go, at best."""
    for units_of in (_whole_rows, _optional_keys):
        parts = 2
        while rounds > 0 and (units := units_of(rows)):
            parts = min(parts, len(units), CANDIDATES)
            chunks = [units[len(units) * n // parts : len(units) * (n + 1) // parts] for n in range(parts)]
            verdicts = judge([without(rows, chunk) for chunk in chunks])
            rounds -= 1
            removable = [chunk for chunk, differs in zip(chunks, verdicts, strict=True) if differs]
            if removable:
                rows, rounds = _most_of(rows, removable, judge), rounds - 1
            elif parts == min(len(units), CANDIDATES):
                break
            parts = max(2, parts - len(removable)) if removable else parts * 4
    return rows


def _most_of(rows: Rows, chunks: list[list[Unit]], judge: Judge) -> Rows:
    """Each of the chunks may go alone; of all beginnings of their list the longest that may go together."""
    candidates = [without(rows, list(chain(*chunks[:count]))) for count in range(len(chunks), 0, -1)]
    verdicts = judge(candidates)
    verdicts[-1] = True  # one alone was judged before
    return candidates[verdicts.index(True)]


def without(rows: Rows, units: list[Unit]) -> Rows:
    gone, kept = set(units), {}
    for name, table in rows.items():
        kept[name] = [
            {key: value for key, value in row.items() if (name, index, key) not in gone}
            for index, row in enumerate(table)
            if (name, index, None) not in gone
        ]
    return {name: table for name, table in kept.items() if table}


def _whole_rows(rows: Rows) -> list[Unit]:
    return [(name, index, None) for name, table in rows.items() for index in range(len(table))]


def _optional_keys(rows: Rows) -> list[Unit]:
    return [
        (name, index, key)
        for name, keys in OPTIONAL.items()
        for index, row in enumerate(rows.get(name, []))
        for key in keys
        if key in row and not (key == "anonymous_id" and not row.get("user_id"))
    ]


def judge_in(workshop: Workshop, batch: Batch, tables: set[str]) -> Judge:
    """Whether a case differs from the oracle in one of the tables, asked of many in one company."""

    def judge(cases: list[Rows]) -> list[bool]:
        names = [f"try {number:03}" for number in range(len(cases))]
        apps = [case_of(batch, renamed(rows, name)) for rows, name in zip(cases, names, strict=True)]
        company = merged(batch, apps)
        with workshop.built(company) as connection:
            found = compare_apps(connection, company, TABLES)
        return [bool(tables & differing_tables(found.get(name, []))) for name in names]

    return judge


def differing_tables(differences: list[str]) -> set[str]:
    return {line.split()[0].rstrip(":") for line in differences}


def renamed(rows: Rows, app_id: str) -> Rows:
    rows = copy.deepcopy(rows)
    for row in (row for table in rows.values() for row in table):
        row["app_id"] = app_id
    return rows


def told(batch: Batch, case: Company, differences: list[str], folder: Path) -> str:
    """The app, shrunk, as text that can be kept as a file of tests/oracle/regressions/."""
    workshop = Workshop(folder, with_tests=False)
    rows = shrink(rows_of(case), judge_in(workshop, batch, differing_tables(differences)))
    kept = {"about": "; ".join(differences[:3]), "batch": batch.name, "rows": rows}
    return json.dumps(kept, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    chosen = BATCHES[sys.argv[1]]
    app = random_app(chosen, int(sys.argv[2]))
    with tempfile.TemporaryDirectory() as temporary:
        with Workshop(Path(temporary), with_tests=False).built(app) as built:
            different = compare_apps(built, app)
        for lines in different.values():
            print(told(chosen, app, lines, Path(temporary)))
