"""A small company on Douyin, GA4, the App Store and Google Play: state of the emulators, accounts, expected numbers."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

AS_OF = datetime(2026, 4, 1, 12, tzinfo=UTC)  # 20:00 in Shanghai: yesterday is ready everywhere
LAST_DAY = date(2026, 3, 31)
OPEN_ID, PROPERTY, APPLE_ID, PACKAGE = "dy-open-1", "3000001", "6400000001", "com.example.aurora"
BUCKET = "pubsite_prod_rev_1"
REPORTS = {
    "engagement": "App Store Discovery and Engagement Standard",
    "downloads": "App Downloads Standard",
    "installations": "App Store Installation and Deletion Standard",
}


def days(count: int, last: date = LAST_DAY) -> list[str]:
    """ISO dates up to `last`, oldest first."""
    return [(last - timedelta(number)).isoformat() for number in reversed(range(count))]


def douyin_state() -> dict[str, Any]:
    """50 days of followers; videos of 2, 10 and 45 days, the id of one with characters that need encoding."""
    total, fans = 1000, []
    for number, day in enumerate(days(50)):
        total += number % 5 - 1
        fans.append({"date": day, "new_fans": number % 5 + 1, "total_fans": total})
    videos = []
    for item_id, age in (
        ("@8hxdhauTCMppanGnM4ltGM==", 2),
        ("7300000000000000002", 10),
        ("7300000000000000003", 45),
    ):
        published = LAST_DAY - timedelta(age - 1)
        at = datetime(published.year, published.month, published.day, 1, tzinfo=UTC)
        counters = {
            day: {"total_play": 100 * n, "total_like": 10 * n, "total_comment": n, "total_share": n // 2}
            for n, day in enumerate(days(age), 1)
        }
        videos.append(
            {
                "item_id": item_id,
                "title": f"视频 {age}",
                "create_time": int(at.timestamp()),
                "counters": counters,
            }
        )
    return {OPEN_ID: {"fans": fans, "videos": videos}}


def ga4_state() -> dict[str, Any]:
    """Ten days, of which one is empty; the day before yesterday is restated when it is three days old."""
    rows = [
        {
            "date": day,
            "source": source,
            "medium": medium,
            "sessions": 10 * number + weight,
            "engaged_sessions": 5 * number,
            "total_users": 8 * number,
            "new_users": number,
        }
        for number, day in enumerate(days(10), 1)
        for weight, (source, medium) in enumerate(
            (("(direct)", "(none)"), ("google", "cpc"), ("weibo.com", "referral"))
        )
        if number != 4
    ]
    rows[-4]["restated"] = {"after_days": 3, "sessions": 777}
    return {PROPERTY: {"time_zone": "America/Los_Angeles", "rows": rows}}


def _counted(day: str, territory: str, counts: int, **more: str) -> dict[str, Any]:
    place = {"Date": day, "App Name": "Aurora", "App Apple Identifier": APPLE_ID, "Territory": territory}
    return {**place, **more, "Counts": counts, "Unique Counts": max(counts - 1, 0)}


def app_store_state() -> dict[str, Any]:
    """Each day's instance tells the day before and, corrected, the one before that."""
    instances = []
    for number, processed in enumerate(days(6, date(2026, 4, 1)), 1):
        processing = date.fromisoformat(processed)
        first, second = (processing - timedelta(2)).isoformat(), (processing - timedelta(1)).isoformat()
        for name in REPORTS.values():
            segments: list[list[dict[str, Any]]] = [[], []]
            for segment, territory in zip(segments, ("CN", "US"), strict=True):
                for day, counts in ((first, number + 100), (second, number + 50)):
                    if name == REPORTS["engagement"]:
                        segment.append(_counted(day, territory, 10 * counts, Event="Impression"))
                        segment.append(_counted(day, territory, counts, Event="Page view"))
                        segment.append(_counted(day, territory, 1, Event="Tap"))
                    elif name == REPORTS["downloads"]:
                        for kind, part in (("First-time download", 5), ("Redownload", 2), ("Auto-update", 7)):
                            segment.append(_counted(day, territory, counts + part, **{"Download Type": kind}))
                    else:
                        segment.append(_counted(day, territory, counts, Event="Install"))
                        segment.append(_counted(day, territory, number, Event="Delete"))
            instances.append({"report": name, "processing_date": processed, "segments": segments})
    return {APPLE_ID: {"instances": instances}}


def google_play_state() -> dict[str, Any]:
    """Forty days in two months, two countries; a day without installs."""
    installs, store = [], []
    for number, day in enumerate(days(40), 1):
        for country, weight in (("CN", 1), ("US", 2)):
            names = (
                "daily_device_installs", "daily_device_uninstalls", "daily_device_upgrades", "daily_user_installs",
                "daily_user_uninstalls", "active_device_installs",
            )  # fmt: skip
            counts = {name: number * weight + place for place, name in enumerate(names)}
            if number != 20:
                installs.append({"date": day, "country": country, **counts})
            store.append(
                {
                    "date": day,
                    "country": country,
                    "store_listing_acquisitions": number,
                    "store_listing_visitors": 4 * number * weight,
                }
            )
    return {PACKAGE: {"bucket": BUCKET, "installs": installs, "store_performance": store}}


def channel_state() -> dict[str, Any]:
    return {
        "douyin": douyin_state(),
        "ga4": ga4_state(),
        "app_store": app_store_state(),
        "google_play": google_play_state(),
    }


def write_channels(data_dir: Path, **changed: Any) -> Path:
    """The folder that `serve` reads; `changed` replaces a platform's state."""
    folder = data_dir / "company"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "channels.json").write_text(json.dumps(channel_state() | changed), "utf-8")
    return folder


def newest_store_counts() -> dict[tuple[str, str], Counter[str]]:
    """(date, territory) → event or download type → counts of the newest instance that tells of the date."""
    found: dict[tuple[str, str], Counter[str]] = {}
    newest: dict[tuple[str, str], str] = {}
    for instance in sorted(
        app_store_state()[APPLE_ID]["instances"], key=lambda entry: entry["processing_date"]
    ):
        for row in (row for segment in instance["segments"] for row in segment):
            newest[instance["report"], row["Date"]] = instance["processing_date"]
    for instance in app_store_state()[APPLE_ID]["instances"]:
        for row in (row for segment in instance["segments"] for row in segment):
            if newest[instance["report"], row["Date"]] == instance["processing_date"]:
                counts = found.setdefault((row["Date"], row["Territory"]), Counter())
                counts[row.get("Event") or row["Download Type"]] += row["Counts"]
    return found
