"""kpi.fct_kpi_revision against a fold in plain Python, over random histories of publications."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.publication.revisions import REVISION, write_revisions

DAYS = [date(2026, 3, 30) + timedelta(days=number) for number in range(4)]
CODES = ("dau", "arpu")
Key = tuple[str, date]
#: Value and is_complete by key; a key without a row is left out.
Rows = dict[Key, tuple[int | None, bool]]


@dataclass
class Edition:
    """What one publication says, and as of which day."""

    rows: Rows
    codes: tuple[str, ...] = CODES
    as_of: date = DAYS[-1]


@dataclass
class Told:
    """The oracle: what readers were told of each value that was ever complete, and each change of it."""

    last: dict[Key, int | None] = field(default_factory=dict)
    changes: list[tuple] = field(default_factory=list)

    def hear(self, number: int, edition: Edition) -> None:
        for key, old in list(self.last.items()):
            if key in edition.rows:
                new = edition.rows[key][0]
            elif key[0] in edition.codes and key[1] < edition.as_of:
                new = None
            else:
                continue
            if new != old:
                self.changes.append((*key, published_at(number), old, new))
                self.last[key] = new
        self.last |= {key: value for key, (value, complete) in edition.rows.items() if complete}


def published_at(number: int) -> datetime:
    return datetime.combine(date(2026, 4, 1), datetime.min.time()) + timedelta(hours=number)


class Shelf:
    """Versions in a folder, each written from the one before; DuckDB in memory stands for their files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = duckdb.connect()
        self.versions = 0

    def put(self, edition: Edition, *, seen: bool = True) -> list[tuple]:
        """Write a version; one that is not `seen` was killed, or failed its audit, before the switch."""
        number = self.versions + 1
        target = self.folder / str(number)
        target.mkdir(exist_ok=True)
        run = self.connection.execute
        run("attach ':memory:' as published")
        run("create schema published.kpi")
        run(
            "create table published.kpi.fct_kpi (app_id varchar, kpi_code varchar, caliber_version integer, grain "
            "varchar, period_start date, dimension varchar, dimension_value varchar, value decimal(28, 8), "
            "is_complete boolean)"
        )
        run("create table published.kpi.dim_kpi (kpi_code varchar, caliber_version integer)")
        for code in edition.codes:
            run("insert into published.kpi.dim_kpi values (?, 1)", [code])
        for (code, day), (value, complete) in edition.rows.items():
            for dimension in ("all", "channel"):
                row = ["a", code, 1, "day", day, dimension, dimension, value, complete]
                run("insert into published.kpi.fct_kpi values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        write_revisions(
            self.connection, self.folder / str(self.versions), target, published_at(number),
            datetime.combine(edition.as_of, datetime.min.time()),
        )  # fmt: skip
        rows = run(
            f"select kpi_code, period_start, published_at, old_value, new_value from published.{REVISION}"
        ).fetchall()
        if seen:
            self.versions = number
            run("detach database if exists previous")
            self.connection.execute("attach ':memory:' as previous")
            self.connection.execute("copy from database published to previous")
        run("detach published")
        return rows


def plain(changes: Sequence[tuple]) -> list[tuple]:
    return sorted(
        (code, day, at, *(None if value is None else Decimal(value) for value in values))
        for code, day, at, *values in changes
    )


cells = st.tuples(st.one_of(st.none(), st.integers(0, 2)), st.booleans())
editions = st.builds(
    Edition,
    st.dictionaries(st.tuples(st.sampled_from(CODES), st.sampled_from(DAYS)), cells, max_size=8),
    st.sampled_from([CODES, CODES[:1]]),
    st.sampled_from(DAYS[2:]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(st.tuples(editions, st.booleans()), min_size=1, max_size=6))
def test_any_history_is_told_once_and_whole(
    history: list[tuple[Edition, bool]], tmp_path_factory: object
) -> None:
    shelf, told = Shelf(tmp_path_factory.mktemp("shelf")), Told()  # type: ignore[attr-defined]
    for edition, seen in history:
        edition.rows = {key: cell for key, cell in edition.rows.items() if key[0] in edition.codes}
        rows = shelf.put(edition, seen=seen)
        if seen:
            told.hear(shelf.versions, edition)
            assert plain(rows) == plain(told.changes)


def one(value: int | None, complete: bool = True) -> Edition:
    return Edition({("dau", DAYS[0]): (value, complete)})


def test_a_value_that_was_complete_once_is_followed_while_it_is_open_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.put(one(10, complete=False)) == []
    assert shelf.put(one(11)) == [], "what was never complete may change"
    assert shelf.put(one(11, complete=False)) == []
    (row,) = shelf.put(one(12, complete=False))
    assert row[3:] == (11, 12)
    assert len(shelf.put(one(12))) == 1
    assert [row[3:] for row in shelf.put(Edition({}))] == [(11, 12), (12, None)]
    assert [row[3:] for row in shelf.put(one(12))] == [(11, 12), (12, None), (None, 12)]


def test_going_back_in_time_and_dropping_a_kpi_change_no_value(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    late = {("dau", DAYS[3]): (10, True)}
    shelf.put(Edition(late, as_of=DAYS[3]))
    assert shelf.put(Edition({}, as_of=DAYS[2])) == [], "the day is not begun"
    assert shelf.put(Edition({}, codes=("arpu",))) == [], "nobody says anything of dau"
    assert [row[3:] for row in shelf.put(Edition({("dau", DAYS[3]): (9, True)}))] == [(10, 9)]


def test_a_publication_that_nobody_saw_is_as_if_it_had_not_been(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put(one(10))
    assert len(shelf.put(one(99), seen=False)) == 1
    assert [row[3:] for row in shelf.put(one(11))] == [(10, 11)]
    assert [row[3:] for row in shelf.put(one(11))] == [(10, 11)]
