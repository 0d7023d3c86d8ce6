"""The shrinker against judges that need no pipeline."""

from tests.oracle.random_apps import BATCHES, case_of, random_app, rows_of
from tests.oracle.shrinking import Rows, renamed, shrink

BATCH = BATCHES["spring"]


def _needs(events: set[str], key: str):
    """Differs while these events are there, the first of them with the key."""

    def judge(cases: list[Rows]) -> list[bool]:
        return [
            events <= {row["event_id"] for row in rows.get("events", [])}
            and all(key in row for row in rows["events"] if row["event_id"] == min(events))
            for rows in cases
        ]

    return judge


def test_only_what_matters_is_left():
    rows = max(
        (rows_of(random_app(BATCH, number)) for number in range(8)), key=lambda rows: len(rows["events"])
    )
    ids = sorted({row["event_id"] for row in rows["events"]})
    needed = {ids[0], ids[len(ids) // 2], ids[-1]}
    small = shrink(rows, _needs(needed, "platform"), rounds=100)
    assert list(small) == ["events"]
    assert sorted(row["event_id"] for row in small["events"]) == sorted(needed)
    assert [row["event_id"] for row in small["events"] if "platform" in row] == [min(needed)]
    assert all(row.keys() & {"user_id", "anonymous_id"} for row in small["events"])


def test_a_case_keeps_its_rows_under_another_name():
    rows = rows_of(random_app(BATCH, 3))
    case = case_of(BATCH, renamed(rows, "other"))
    assert {row["app_id"] for row in case.events} == {"other"}
    assert rows_of(case_of(BATCH, rows)) == rows
    assert case.funnels == random_app(BATCH, 3).funnels
