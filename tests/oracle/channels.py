"""The channel (渠道) of a touch and of a user's acquisition, by the seeds of the dbt project."""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
DIRECT, REFERRAL, OTHER = "direct", "referral", "(other)"


@cache
def utm_channels() -> dict[tuple[str, str], str]:
    """(utm_source, utm_medium) in lower case -> channel; "" stands for any."""
    with (SEEDS / "channel_mapping.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["utm_source"].lower(), row["utm_medium"].lower()): row["channel"]
            for row in csv.DictReader(file)
        }


@cache
def own_domains() -> set[tuple[str, str]]:
    """(app, domain) of the company and of payment services; app "" stands for every app."""
    with (SEEDS / "own_domains.csv").open(encoding="utf-8", newline="") as file:
        return {(row["app_id"], row["domain"].lower()) for row in csv.DictReader(file)}


def touch_channel(app_id: str, properties: dict[str, Any]) -> tuple[str, str | None]:
    """(channel, campaign), in order: utm, the channel of the package, the referrer, direct."""
    source = (properties.get("utm_source") or "").lower()
    medium = (properties.get("utm_medium") or "").lower()
    return _channel(app_id, source, medium, properties), properties.get("utm_campaign")


def _channel(app_id: str, source: str, medium: str, properties: dict[str, Any]) -> str:
    if source or medium:
        for key in [(source, medium), (source, ""), ("", medium)]:
            if key != ("", "") and key in utm_channels():
                return utm_channels()[key]
        return OTHER
    if properties.get("channel"):
        return properties["channel"]
    domain = (urlsplit(properties.get("referrer") or "").hostname or "").removeprefix("www.")
    return DIRECT if not domain or _is_own(app_id, domain) else REFERRAL


def _is_own(app_id: str, domain: str) -> bool:
    labels = domain.split(".")
    covering = {".".join(labels[start:]) for start in range(min(3, len(labels)))}
    return any((app, name) in own_domains() for app in ("", app_id) for name in covering)


def known_channels(seen: Iterable[str]) -> dict[str, str]:
    """Names that the app database may give (in lower case) -> channel, from the seed and the touches seen."""
    by_source = {source: channel for (source, medium), channel in utm_channels().items() if not medium}
    known = {DIRECT, *utm_channels().values(), *seen} - {OTHER}
    return by_source | {channel.lower(): channel for channel in known}
