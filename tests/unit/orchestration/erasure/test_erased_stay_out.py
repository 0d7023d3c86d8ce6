"""Whoever was erased stays out, whatever lands again."""

import io
from pathlib import Path

import pyarrow.parquet as pq

from tests.unit.ingestion.sources.app_events.event_lines import line, lines
from tests.unit.orchestration.decoded_files import files_that_say
from tests.unit.orchestration.erasure.erasure_company import (
    FILES,
    MARY,
    SECRETS,
    SHARED,
    Company,
    canonical,
)


def test_an_old_file_brings_nothing_back(company: Company) -> None:
    company.erase()
    before = company.rows()
    for name, content in FILES.items():
        suffix = Path(name).suffix
        data = content if isinstance(content, bytes) else content.encode()
        # The same rows in other bytes: CSV of the workbook is a new snapshot by itself.
        if suffix == ".parquet":
            file = io.BytesIO()
            pq.write_table(pq.read_table(io.BytesIO(data)), file, compression="gzip")
            data = file.getvalue()
        company.folder.put(
            name.replace(suffix, f"-again{suffix}") if "events" in name else name,
            data + b"\n" * (suffix != ".parquet"),
        )
    company.land()
    company.database.pull(hours=1)
    company.database.pull(hours=30)
    after = company.rows()
    assert after["app_events/events"] == before["app_events/events"]
    assert after["app_events/profile_operations"] == before["app_events/profile_operations"]
    for table in ("orders", "users", "contents", "invitations"):
        assert after[f"app_database/{table}"] == before[f"app_database/{table}"], table
    assert len(after["ops_workbook/excluded_users"]) == 2
    assert files_that_say(company.path, *SECRETS[1:]) == []
    assert {row["app_id"] for rows in after.values() for row in rows if MARY in str(row)} == {"other"}
    assert company.erase().endswith("nothing is left to do")


def test_what_the_person_does_later_is_of_the_tombstone(company: Company) -> None:
    company.erase()
    company.folder.put(
        "app_events/new.ndjson", lines(line("n1", user_id=MARY, anonymous_id="new", title="my secret"))
    )
    company.land()
    (row,) = [row for row in company.rows()["app_events/events"] if row["event_id"] == "n1"]
    assert row["user_id"].startswith("erased-")
    assert row["_extra"] is None
    assert files_that_say(company.path, *SECRETS[1:]) == []


def test_the_database_may_forget_the_person_and_counts_stay(company: Company) -> None:
    company.erase()
    before = company.rows()
    company.database.execute("delete from orders", "delete from users", "delete from contents")
    company.database.pull(hours=30)
    after = company.rows()
    for table in ("orders", "users", "contents"):
        assert after[f"app_database/{table}"] == before[f"app_database/{table}"], table


def test_a_shared_device_goes_with_the_last_who_used_it(company: Company) -> None:
    company.erase()
    company.erase("friend")
    assert files_that_say(company.path, *SECRETS[1:], SHARED) == []
    events = {row["event_id"]: row for row in company.rows()["app_events/events"] if row["app_id"] == "shop"}
    device, mary, friend = events["e4"]["anonymous_id"], events["e4"]["user_id"], events["e5"]["user_id"]
    assert events["e5"]["anonymous_id"] == device
    assert len({device, mary, friend}) == 3
    before = company.rows()
    company.folder.put("app_events/again.ndjson", canonical() + "\n")
    company.land()
    assert company.rows()["app_events/events"] == before["app_events/events"]
