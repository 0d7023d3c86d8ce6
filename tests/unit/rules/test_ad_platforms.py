"""Everything that lists the ad platforms names the same ones, with the same entities."""

import ast
import csv
import re
from importlib import import_module
from typing import get_args

import pytest
import yaml

from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.demo.apis.server import AD_EMULATORS
from ingestion.sources.ad_accounts.account_settings import AdAccount
from ingestion.sources.ad_accounts.contracts import platform_contracts
from ingestion.sources.ad_accounts.platforms import PLATFORMS, AdPlatform
from orchestration.arrival import SUITES
from orchestration.pulling import API_SOURCES
from tests.unit.rules.dbt_files import PROJECT, REPOSITORY

NAMES = [platform.source for platform in PLATFORMS]
MOST_LINES = 150
ids = pytest.mark.parametrize("platform", PLATFORMS, ids=NAMES)


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def macro_facts() -> dict[str, dict[str, object]]:
    text = (PROJECT / "macros/staging/ad_platforms.sql").read_text("utf-8")
    listed = re.search(r"return\((\{.*?\})\) \}\}", text, re.DOTALL)
    assert listed is not None
    return yaml.safe_load(listed[1])


def test_the_macro_names_each_with_its_units_and_entities() -> None:
    expected = {
        platform.source: {
            "cost": platform.cost,
            "value": platform.value,
            "has": [
                entity
                for entity, has in (
                    ("hourly_performance", platform.has_hours),
                    ("keyword_performance", platform.has_keywords),
                )
                if has
            ],
        }
        for platform in PLATFORMS
    }
    assert macro_facts() == expected


def test_the_seed_knows_each() -> None:
    assert [row["platform"] for row in seed("ad_platforms")] == NAMES
    assert set(NAMES) <= {row["source"] for row in seed("source_cadence")}


def test_sources_yaml_takes_each() -> None:
    models = get_args(get_args(AdAccount)[0])
    assert [get_args(model.model_fields["platform"].annotation)[0] for model in models] == NAMES


@ids
def test_each_can_be_pulled_judged_and_emulated(platform: AdPlatform) -> None:
    assert callable(import_module(API_SOURCES[platform.source]).pull)
    assert SUITES[platform.source] == "ad_accounts"
    assert platform.source in AD_EMULATORS
    assert platform.source in DEMO_CREDENTIALS


@ids
def test_each_is_small_enough_to_be_read_at_once(platform: AdPlatform) -> None:
    """At most 150 lines that are neither blank, nor comments, nor texts of documentation."""
    path = REPOSITORY / "ingestion/sources/ad_accounts" / f"{platform.source}.py"
    text = path.read_text("utf-8")
    places = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Module | ast.FunctionDef)]
    words = {
        number
        for node in places
        if ast.get_docstring(node) is not None
        for number in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    lines = [
        line
        for number, line in enumerate(text.splitlines(), start=1)
        if number not in words and line.strip() and not line.strip().startswith("#")
    ]
    assert len(lines) <= MOST_LINES


@ids
def test_each_has_its_tables_as_sources(platform: AdPlatform) -> None:
    path = PROJECT / "models/staging" / platform.source / "_sources.yml"
    (source,) = yaml.safe_load(path.read_text("utf-8"))["sources"]
    assert source["name"] == platform.source
    tables = {table["name"] for table in source["tables"]}
    assert tables == {contract.entity for contract in platform_contracts(platform.source)}


@ids
def test_each_secret_is_in_the_example_of_the_environment(platform: AdPlatform) -> None:
    names = re.findall(r"^#(\w+)=", (REPOSITORY / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert any(name.startswith(platform.source.upper()) for name in names)
