"""Files of canonical events for the benchmarks: the same for the same seed, about 400 bytes a line."""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

AS_OF = datetime(2026, 4, 1, tzinfo=UTC)
NAMES = ("page_view", "content_view", "like", "share", "add_to_cart", "purchase", "feature_use")
PLATFORMS = ("ios", "android", "web", "mini_program")
CITIES = (("CN", "Zhejiang", "杭州"), ("CN", "Shanghai", "上海"), ("US", "California", "Oakland"))
#: Events of the block that a large file repeats.
BLOCK = 100_000


def write_events(
    path: Path,
    events: int,
    *,
    until: datetime = AS_OF,
    days: int = 90,
    seed: int = 20260401,
    prefix: str = "",
) -> None:
    """Distinct events, a third of them anonymous, over the days before a moment. `prefix` begins each event_id."""
    chance = random.Random(seed)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(events):
            moment = until - timedelta(
                seconds=chance.randrange(days * 86400), microseconds=chance.randrange(10**6)
            )
            country, region, city = chance.choice(CITIES)
            event = {
                "event_id": f"{prefix}{chance.getrandbits(128):032x}",
                "app_id": "aurora",
                "event_name": chance.choice(NAMES),
                "user_id": f"u{chance.randrange(200_000):07}" if number % 3 else None,
                "anonymous_id": f"a{chance.randrange(300_000):08}",
                "occurred_at": moment.isoformat(timespec="milliseconds"),
                "received_at": (moment + timedelta(seconds=chance.randrange(9))).isoformat(
                    timespec="milliseconds"
                ),
                "platform": chance.choice(PLATFORMS),
                "app_version": f"5.{chance.randrange(9)}.{chance.randrange(9)}",
                "session_id": f"{chance.getrandbits(64):016x}",
                "country": country,
                "region": region,
                "city": city,
                "properties": {
                    "content_id": f"c{chance.randrange(20_000):06}",
                    "page": f"/content/{chance.randrange(20_000)}",
                    "duration_seconds": chance.randrange(900),
                    "revenue": f"{chance.randrange(100_000) / 100:.2f}",
                },
            }
            file.write(json.dumps(event, ensure_ascii=False) + "\n")


def write_gigabytes(path: Path, gigabytes: float) -> int:
    """A block of events again and again, each time with new ids, until the file is that large; how many events."""
    mark = "copy-00000000-"
    write_events(path, BLOCK, prefix=mark)
    block = path.read_bytes()
    copies = max(1, round(gigabytes * 1e9 / len(block)))
    with open(path, "wb") as file:
        for number in range(copies):
            file.write(block.replace(mark.encode(), f"copy-{number:08}-".encode()))
    return copies * BLOCK
