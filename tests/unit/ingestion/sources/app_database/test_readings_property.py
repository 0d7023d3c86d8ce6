"""Whatever an app writes between two readings: after a reading with a sweep, the newest states are its table, exactly.

The model is a Python dict. Rows are written with honest times, late, without a time and from the future; they are
deleted and come back; in between, what changed is read without a sweep.
"""

import sqlite3
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase
from tests.unit.ingestion.sources.company_folder import AS_OF

KEYS = st.sampled_from(["c1", "c2", "c3"])
#: What happens to one row: written with a time that lies so many minutes before now, without one (None), or deleted.
WRITES = st.tuples(
    st.just("write"), KEYS, st.integers(0, 9), st.sampled_from([0, 5, 59, 61, 3000, -500, None])
)
DELETES = st.tuples(st.just("delete"), KEYS, st.just(0), st.none())
#: Hours to the next reading; after 24 it sweeps.
STEPS = st.lists(
    st.tuples(st.lists(WRITES | DELETES, max_size=4), st.sampled_from([1, 24])), min_size=2, max_size=4
)


@given(STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_sweep_leaves_exactly_what_the_table_holds(steps: list[tuple[list[tuple], int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = CompanyDatabase(Path(folder))
        shop.execute(
            "create table creators (app_id text, creator_id text primary key, followers int, updated_at text)"
        )
        hours, truth = 0, dict[str, int]()
        shop.pull()
        for changes, wait in [*steps, ([], 24)]:
            hours += wait
            with closing(sqlite3.connect(shop.folder.path / "company" / "app.db")) as file, file:
                for kind, key, followers, minutes in changes:
                    file.execute("delete from creators where creator_id = ?", [key])
                    truth.pop(key, None)
                    if kind == "write":
                        now = AS_OF + timedelta(hours=hours)
                        # A row of an old time may not differ from the known one in nothing but its content.
                        stamp = (
                            None if minutes is None else now - timedelta(minutes=minutes, seconds=followers)
                        )
                        values = ["shop", key, followers, stamp and stamp.isoformat()]
                        file.execute("insert into creators values (?, ?, ?, ?)", values)
                        truth[key] = followers
            shop.pull(hours)
        newest = shop.latest("creators", "creator_id")
        assert {key: row["followers"] for key, row in newest.items()} == truth
        assert shop.outcome("creators")["table_rows"] == len(truth)
        states = [(row["creator_id"], row["_batch_id"]) for row in shop.rows("creators")]
        assert len(states) == len(set(states)), "one state of a key in a batch"
