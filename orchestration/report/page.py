"""Renders one page: both languages in one document, the chart rows and the Vega library inlined."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from orchestration.report.datasets import Datasets, sparkline
from orchestration.report.facts import COMPARED, PageFacts
from orchestration.report.figures import Figures
from orchestration.report.words import LANGUAGES, Words

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # app names, titles and messages come from outside
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(facts: PageFacts, kit: dict[str, Any]) -> str:
    """The whole HTML text. `kit`: orchestration.report.charts.chart_kit()."""
    sets: dict[str, Any] = {}
    bodies = {}
    for language in LANGUAGES:
        words, figures = Words(language), Figures(language, facts.currency)
        datasets = Datasets(words, figures, {app.app_id: app.name for app in facts.subjects})
        bodies[language] = _environment().get_template("body.html.j2").render(
            p=facts, t=words, f=figures, charts=datasets, lang=language, compared_codes=COMPARED,
            sparkline=sparkline, moment=lambda at: _moment(at, facts.zone), app_label=_app_label(facts, words),
        )  # fmt: skip
        sets.update(datasets.sets)
    used = {name: kit["specs"][name] for name in sorted(kit["specs"])}
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            p=facts,
            bodies=bodies,
            title=facts.subject.name or Words("zh")("company"),
            style=_source("page.css"),
            script=_source("page.js"),
            library=kit["library"],
            specs=_json(used),
            sets=_json(sets),
        )
    )


def _app_label(facts: PageFacts, words: Words) -> Any:
    """The name of an app id, the company included."""
    return lambda app_id: facts.app_name(app_id) or words("company")


def _moment(at: datetime | None, zone: str) -> str:
    """UTC without offset -> wall clock of the reporting time zone."""
    if at is None:
        return "–"
    return f"{at.replace(tzinfo=ZoneInfo('UTC')).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


@cache
def _source(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")
