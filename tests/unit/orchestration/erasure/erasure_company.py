"""A company with everything that can name a person: Mary, who asked to be forgotten, and a friend."""

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.sources import app_events, ops_workbook
from orchestration.erasure.erase import erase
from tests.unit.ingestion.sources.app_database.company_database import CompanyDatabase
from tests.unit.ingestion.sources.app_events.event_lines import event, line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder

#: What is said of the person anywhere: ids, what was typed, and what a device called itself.
MARY, PHONE, DEVICE, COOKIE = "mary-1973", "13800138000", "device-of-mary", "cookie-of-mary"
SECRETS = (MARY, DEVICE, COOKIE, "my secret", "Mary's song")
SHARED = "tablet-of-the-family"
CSV = "event_id,app_id,event_name,user_id,device_id,occurred_at,properties\n"


def canonical() -> str:
    """Lines of the person, of a friend who knows her, and of whoever has her id in another app."""
    words = {"comment": "my secret", "page": "/me?name=my secret", "order_id": "o1", "revenue": 12.345678}
    mine = {"user_id": MARY, "anonymous_id": COOKIE, "device_id": DEVICE, "session_id": "my secret"}
    return lines(
        line("e1", **mine, properties=words),
        line("e2", **mine, event_name="purchase", properties={"revenue": "0.12345678901234567", "order_id": "o1"}),
        line("e3", user_id=..., anonymous_id=COOKIE, device_id=DEVICE, properties={"note": "my secret"}),
        line("e4", user_id=MARY, anonymous_id=SHARED, traits={"name": "my secret"}),
        line("e5", user_id="friend", anonymous_id=SHARED, properties={"invited_by": MARY, "item_id": "7"}),
        line("e6", user_id="friend", properties={"creator_id": MARY, "page": f"/people/{MARY}"}),
        line("e7", app_id="other", user_id=MARY, properties={"note": "another Mary"}),
        *(line("e8", **mine, received_at="2026-03-30T12:00:01Z", properties={"revenue": n}) for n in range(8)),
        f'{{"event_id": "e9", "app_id": "shop", "user_id": "{MARY}", "event_name": "broken',
    )  # fmt: skip


def parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([event("p1", user_id=MARY, device_id=DEVICE)]), file)
    return file.getvalue()


def sensors() -> str:
    record = {"type": "profile_set", "distinct_id": MARY, "login_id": MARY, "project": "shop", "time": 1774843200000,
              "properties": {"name": "my secret", "points": 3}}  # fmt: skip
    track = record | {"type": "track", "event": "view", "_track_id": 5, "properties": {"$url_path": "/x"}}
    return lines(json.dumps(record), json.dumps(track))


FILES: dict[str, str | bytes] = {
    "app_events/a.ndjson": canonical(),
    "app_events/b.csv": CSV + f"c1,shop,view,{MARY},{DEVICE},2026-03-30 12:00:00,\n",
    "app_events/c.parquet": parquet(),
    "app_events/sensors/d.json": sensors(),
    "ops_workbook/excluded_users.csv": f"app_id,user_id,device_id,reason\nshop,{MARY},,my secret\n",
    "ops_workbook/activity_groups.csv": f"activity_id,app_id,user_id,group\na1,shop,{MARY},control\n",
}
TABLES = (
    "create table orders (app_id text, order_id text, user_id text, gross_amount text, updated_at text)",
    "create table users (app_id text, user_id text, updated_at text, email text)",
    "create table contents (app_id text, content_id text, creator_id text, title text)",
    "create table invitations (app_id text, invitation_id text, inviter_user_id text, invitee_user_id text,"
    " invited_at text)",
    f"insert into orders values ('shop', 'o1', '{MARY}', '12.34', '2026-03-30T04:00:00Z')",
    f"insert into users values ('shop', '{MARY}', '2026-03-30T04:00:00Z', 'my secret')",
    f"insert into contents values ('shop', 'c1', '{MARY}', 'Mary''s song')",
    f"insert into invitations values ('shop', 'i1', 'friend', '{MARY}', '2026-03-30T04:00:00Z')",
)


class Company:
    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, CompanyFolder(path)
        self.database = CompanyDatabase(path)
        self.said: list[str] = []

    def land(self) -> None:
        self.folder.accept(app_events.pull(self.folder.settings))
        self.folder.accept(ops_workbook.pull(self.folder.settings))

    def erase(self, user: str = MARY, app: str = "shop", *, dry_run: bool = False) -> str:
        return erase(self.folder.settings, app, user, dry_run=dry_run, say=self.said.append)

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Raw table → rows that any batch landed, whatever they are called."""
        tables = sorted({file.parent for file in (self.path / "raw").glob("*/*/2*.parquet")})
        return {
            "/".join(table.parts[-2:]): [
                row for file in sorted(table.glob("2*.parquet")) for row in pq.read_table(file).to_pylist()
            ]
            for table in tables
        }


def published(data_dir: Path) -> None:
    """Two versions, as publication writes them, and a report."""
    for name in ("v1", "v2"):
        folder = data_dir / "published" / "versions" / name
        (folder / "parquet" / "marts" / "fct_orders").mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(f"attach '{folder}/ops.duckdb' as p (storage_version 'v1.4.0')")
            connection.execute("create schema p.marts")
            connection.execute(
                f"""create table p.marts.fct_orders as select * from (values
                    ('shop', 'o1', '{MARY}', 12.34::decimal(20, 2)), ('other', 'o2', '{MARY}', 1.00)
                ) orders(app_id, order_id, user_id, amount)"""
            )
            connection.execute("comment on table p.marts.fct_orders is 'Orders.'")
            connection.execute("alter table p.marts.fct_orders alter column order_id set not null")
            connection.execute(
                f"""create table p.marts.dim_contents as
                select 'shop' as app_id, 'c1' as content_id, '{MARY}' as creator_id, 'Mary''s song' as title"""
            )
            part = folder / "parquet" / "marts" / "fct_orders" / "part-0.parquet"
            connection.execute(f"copy p.marts.fct_orders to '{part}' (format parquet)")
    (data_dir / "published" / "current").symlink_to("versions/v2")
    report = data_dir / "reports" / "2026-03-31" / "app-shop.html"
    report.parent.mkdir(parents=True)
    report.write_text(f"<td>{MARY}</td>")


def history(data_dir: Path) -> None:
    """What Dagster and dbt remember, and a warehouse."""
    runs = data_dir / "dagster" / "history" / "runs"
    runs.mkdir(parents=True)
    with closing(sqlite3.connect(runs / "index.db")) as file, file:
        file.execute("create table event_logs (id integer primary key, event text)")
        file.execute("insert into event_logs (event) values (?)", (json.dumps({"message": f"got '{MARY}'"}),))
    (data_dir / "logs").mkdir()
    (data_dir / "logs" / "refresh-1.log").write_text(f"quarantined: {MARY}\n")
    with duckdb.connect(str(data_dir / "warehouse.duckdb")) as connection:
        connection.execute(f"create table users as select '{MARY}' as user_id")


def unchanged(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What must be the same before and after: places, keys, moments and money, and how often people are named."""
    names = (
        "order_id",
        "gross_amount",
        "occurred_at",
        "event_id",
        "event_name",
        "_source_file",
        "_source_row",
    )
    return {
        table: [
            {name: row.get(name) for name in names} | {"has_user": bool(row.get("user_id"))} for row in found
        ]
        for table, found in rows.items()
    }


def winners(rows: list[dict[str, Any]]) -> dict[tuple, str]:
    """The version of each event that counts, by the rule of int_event_conflicts: of `hash(_content_hash)` the least."""

    def order(row: dict[str, Any]) -> tuple[Any, int]:
        return row["received_at"] or row["occurred_at"], content_key(row["_content_hash"])

    ordered = sorted(rows, key=order)
    return {(row["app_id"], row["event_id"]): revenue(row) for row in reversed(ordered)}


def content_key(content_hash: str) -> int:
    """As stg_app_events__events has it."""
    return duckdb.connect().execute("select hash(?)", [content_hash]).fetchall()[0][0]


def revenue(row: dict[str, Any]) -> str:
    """As it is written: no digit may get lost."""
    return (row["properties"] or "").partition('"revenue":')[2].split(",")[0].rstrip("}")


def landed_company(path: Path) -> Path:
    company = Company(path)
    for name, content in FILES.items():
        company.folder.put(name, content)
    company.database.execute(*TABLES)
    company.land()
    company.database.pull()
    published(company.path)
    history(company.path)
    return company.path
