"""From readings of a real database to what staging takes for its newest state, and to what it keeps of the past."""

from pathlib import Path

import duckdb
import jinja2
import pytest

from ingestion.manifest import Manifest
from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase
from tests.unit.rules.dbt_files import PROJECT

pytestmark = pytest.mark.xdist_group("postgresql")
KEY = ["app_id", "creator_id"]


def staged(shop: CompanyDatabase, macro: str, as_of: str) -> list[tuple]:
    """Rows of a staging macro over the accepted raw files."""
    files = [str(path) for path in Manifest(shop.folder.path).raw_files("app_database", "creators")]
    templates = jinja2.Environment(autoescape=False)
    templates.globals["read_raw"] = lambda source, entity: f"read_parquet({files}, union_by_name = true)"
    templates.globals["ref"] = lambda model: f"(select timestamp '{as_of}' as as_of)"
    text = Path(PROJECT / "macros" / "staging" / "latest_observation.sql").read_text("utf-8")
    query = getattr(templates.from_string(text).module, macro)("app_database", "creators", KEY)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = f"select creator_id, tier, coalesce(is_deleted, false), _observed_at::timestamp::varchar from ({query})"
        return connection.execute(f"{found} order by 1, 4").fetchall()


def test_a_deleted_row_is_in_the_past_only(shop: CompanyDatabase) -> None:
    shop.execute(
        "create table creators (app_id text, creator_id text, tier text)",
        "insert into creators values ('shop', 'c1', 'new'), ('shop', 'c2', 'new')",
    )
    shop.pull()
    shop.execute("delete from creators where creator_id = 'c2'", "update creators set tier = 'top'")
    shop.pull(24)
    assert staged(shop, "latest_observation", "2026-04-02 01:00:00") == [
        ("c1", "top", False, "2026-04-02 01:00:00")
    ]
    assert [row[:3] for row in staged(shop, "latest_observation", "2026-04-02 00:59:59")] == [
        ("c1", "new", False),
        ("c2", "new", False),
    ], "a run as of the moment before does not know yet"
    assert staged(shop, "all_observations", "2026-04-02 01:00:00") == [
        ("c1", "new", False, "2026-04-01 01:00:00"),
        ("c1", "top", False, "2026-04-02 01:00:00"),
        ("c2", "new", False, "2026-04-01 01:00:00"),
        ("c2", "new", True, "2026-04-02 01:00:00"),
    ]
