"""Renders a quality page: what a suite expects, what it found last, where it did not hold, and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from orchestration.expectations.suite import Outcome
from orchestration.quality_pages.results import Result

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
#: Results in the strip beside an expectation.
STRIP = 30


@dataclass(frozen=True)
class Line:
    """An expectation: its newest result, and before it the older ones (subject, is met), oldest first."""

    newest: Outcome
    judged_at: str
    subject: str
    strip: tuple[tuple[str, bool], ...]


def render_suite(suite: str, results: Sequence[Result], zone: str) -> str:
    """`results` newest first, at least one."""
    return (
        _environment()
        .get_template("suite.html.j2")
        .render(
            suite=suite, results=results, frames=_frames(results), style=_style(),
            wrong=[result for result in results if not result.is_met], moment=lambda at: _moment(at, zone), zone=zone,
        )
    )  # fmt: skip


def render_index(newest: Mapping[str, Result], zone: str) -> str:
    """`newest`: the newest result of each suite."""
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            newest=newest, suite="", style=_style(),
            moment=lambda at: _moment(at, zone), zone=zone,
        )
    )  # fmt: skip


def _frames(results: Sequence[Result]) -> dict[str, list[Line]]:
    """By frame, in the order of the suite; what the newest batch did not bring shows when it was judged last."""
    seen: dict[tuple[str, str], list[tuple[Result, Outcome]]] = {}
    for result in results:
        for expected in result.expectations:
            seen.setdefault((expected.frame, expected.says), []).append((result, expected))
    frames: dict[str, list[Line]] = {}
    for (frame, _), found in seen.items():
        newest_result, newest = found[0]
        strip = tuple((result.subject, expected.is_met) for result, expected in reversed(found[:STRIP]))
        frames.setdefault(frame, []).append(
            Line(newest, newest_result.judged_at, newest_result.subject, strip)
        )
    return frames


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # file names and values come from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _moment(at: str, zone: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@cache
def _style() -> str:
    return (TEMPLATES / "quality.css").read_text("utf-8")
