"""An app's landed events for the benchmark: one raw Parquet file, its manifest entry, and a small workbook."""

from datetime import UTC, datetime
from pathlib import Path
from string import Template

import duckdb

from ingestion.manifest import BatchEntry, FileEntry, Manifest
from ingestion.settings import Settings
from ingestion.sources import ops_workbook

AS_OF = datetime(2026, 4, 1, tzinfo=UTC)
BATCH = "20260401T000000000000Z-00000000"
ENGINES_FILE = "user_days_of_events.parquet"
FUNNELS = {
    "purchase": ("ordered", 120, ["item_view", "add_to_cart", "purchase"]),
    "engagement": ("any", 60, ["content_view", "like", "comment"]),
}


def write_company(data_dir: Path, events: int) -> Path:
    """Everything that dbt needs but `meta`; gives the raw Parquet file."""
    raw = data_dir / "raw" / "app_events" / "events" / f"{BATCH}-001.parquet"
    raw.parent.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'; set threads = 2")
        # 50 million events sorted in memory took 18 GB.
        connection.execute(f"set memory_limit = '8GB'; set temp_directory = '{data_dir / 'spill'}'")
        connection.execute("create macro mod_of(number, n) as cast(number % n as bigint)")
        text = Path(__file__).with_suffix(".sql").read_text("utf-8")
        query = Template(text).substitute(users=max(1, events // 25), events=events, batch=BATCH)
        connection.execute(f"copy ({query}) to '{raw}' (format parquet, compression zstd)")
        connection.execute(
            f"""copy (
                select substr(anonymous_id, 8)::bigint as u, cast(occurred_at as timestamp)::date as d
                from '{raw}'
            ) to '{data_dir / ENGINES_FILE}' (format parquet)"""
        )
    manifest = Manifest(data_dir)
    landed = FileEntry("events", "benchmark", events, events, 0, 0, 0, str(raw.relative_to(data_dir)))
    moment = AS_OF.isoformat()
    manifest.commit(BatchEntry(BATCH, "app_events", moment, moment, (landed,)))
    _write_workbook(data_dir / "inbox" / "ops_workbook")
    ops_workbook.pull(Settings(data_dir, AS_OF, as_of_is_fixed=True))
    for entry in manifest.entries():
        manifest.set_state(entry.batch_id, "accepted")
    return raw


def _write_workbook(folder: Path) -> None:
    folder.mkdir(parents=True)
    tables = {
        "apps": ["app_id,timezone,week_start,currency", "shop,Asia/Shanghai,monday,CNY"],
        "funnels": ["funnel_code,order_mode,window_minutes"],
        "funnel_steps": ["funnel_code,step_number,event_name"],
    }
    for code, (mode, window, names) in FUNNELS.items():
        tables["funnels"].append(f"{code},{mode},{window}")
        tables["funnel_steps"] += [f"{code},{number},{name}" for number, name in enumerate(names, start=1)]
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
