"""What one more day costs the marts of contents, items, community, features and attribution, at a year of history.

`python -m benchmarks.mart_history [--daily 14000] [--days 365] [--increments 2]`: CPU seconds of each model that reads
events, built whole and with each day that arrives, stragglers of the 30 days before included.

Visits are those of benchmarks.visits; one event in 100 pays an order, one in 200 publishes a content, and half of
what is read is not older than a month. As in benchmarks.history, the days are written straight into raw/.
"""

import argparse
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from benchmarks.history import build_models as build
from benchmarks.history import land, write_history, write_lines
from benchmarks.visits import FIRST, late_copies, visit_columns, visitors
from ingestion.landing import Landing
from ingestion.manifest import Manifest
from ingestion.sources.app_database.contracts import CONTENTS

#: Models that read events and lie above user-days; int_events and what is below are measured by benchmarks.history.
MODELS = (
    "fct_content_daily", "fct_content_performance", "dim_creators", "fct_community_daily", "fct_item_daily",
    "fct_feature_adoption", "fct_attribution", "fct_channel_daily",
)  # fmt: skip
PARTS = (*MODELS, "dim_contents", "int_attribution", "int_feature_weeks", "int_subject_days")
CONTENTS_A_DAY = 60


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mart_history")
    parser.add_argument("--daily", type=int, default=14_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--increments", type=int, default=2)
    parser.add_argument(
        "--folder", type=Path, help="keep the history there, and build upon the one that is there"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-marts-") as temporary:
        folder = options.folder or Path(temporary)
        measure(folder, options.daily, options.days, options.increments)
    return 0


def measure(folder: Path, daily: int, days: int, increments: int) -> None:
    if not (folder / "raw").exists():
        write_history(folder, daily, days, day_query)
        land_contents(folder, days + increments)
    columns = [build(folder, days, MODELS)]
    for number in range(increments):
        day = days + number
        write_lines(
            folder / "inbox" / "app_events" / f"day-{day}.ndjson",
            f"({day_query(daily, day)} union all {late_copies(day_query(daily, day))})",
        )
        land(folder, day + 1, at_least=daily)
        columns.append(build(folder, day + 1, MODELS))
    print(f" {days} days of {daily:,} events; CPU seconds: built whole, then one more day each time")
    names = [*PARTS, *sorted(name for name in columns[0] if name.startswith("int_") and name not in PARTS)]
    for name in names:
        print(f"  {name:<34}" + "".join(f"{column.get(name, 0.0):9.2f}" for column in columns))
    print(f"  {'all of the first twelve':<34}" + "".join(f"{sum(c[n] for n in PARTS):9.2f}" for c in columns))


def land_contents(folder: Path, days: int) -> None:
    """The contents of every day, as the app database knows them."""
    rows = [
        {"app_id": "aurora", "content_id": f"c{day * 1000 + number}", "creator_id": f"u{number}",
         "published_at": (FIRST + timedelta(days=day)).isoformat(), "status": "published"}
        for day in range(days)
        for number in range(CONTENTS_A_DAY)
    ]  # fmt: skip
    schema = pa.schema([(each.name, pa.string()) for each in CONTENTS.fields])
    table = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema)
    with Landing(folder, CONTENTS.source, observed_at=FIRST) as landing:
        landing.add(CONTENTS, table, file_name="contents")
    assert landing.result is not None
    assert landing.result.batch_id is not None
    Manifest(folder).set_state(landing.result.batch_id, "accepted")


def day_query(events: int, day: int) -> str:
    """Events of one date in the canonical columns: visits of users, of which some come by a channel and some buy."""
    return f"""
        select
            {visit_columns(day)},
            case
                when dice < 5 then 'publish' when dice < 15 then 'purchase' when dice < 55 then 'comment'
                when dice < 60 then 'report_content' when dice < 260 then 'item_view' when dice < 320 then 'add_to_cart'
                when dice < 420 then 'feature_use' when dice < 620 then 'content_view' when dice < 700 then 'like'
                when dice < 720 then 'share' when dice < 800 then 'impression' else 'page_view'
            end as event_name,
            concat('u', person) as user_id,
            cast(null as varchar) as anonymous_id,
            json_object(
                'content_id', case
                    when dice < 5 then concat('c', {day} * 1000 + number % 1000)
                    when dice < 60 or dice >= 420 and dice < 800 then
                        concat('c', greatest({day} - case when number % 2 = 0 then age % 30 else age end, 0) * 1000
                            + hash(number, 5) % {CONTENTS_A_DAY})
                end,
                'creator_id', case when dice < 5 then concat('u', person) end,
                'item_id', case
                    when dice between 5 and 14 or dice between 60 and 319 then concat('i', hash(number, 4) % 2000)
                end,
                'order_id', case when dice between 5 and 14 then concat('o{day}-', number) end,
                'revenue', case when dice between 5 and 14 then concat(1 + number % 90, '.50') end,
                'feature', case when dice between 320 and 419 then concat('f', number % 20) end,
                'utm_source', case
                    when hash(number, 6) % 10 = 0 then ['wechat', 'google', 'douyin'][1 + number % 3]
                end,
                'utm_campaign', case when hash(number, 6) % 10 = 0 then concat('k', {day} // 20) end,
                'duration_seconds', number % 300
            ) as properties
        from (
            select
                (hash(range, 7) % 1000)::int as dice,
                (hash(range, 8) % 400)::int as age,
                {visitors(events, day)}
            from range({events})
        )"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
