"""Every KPI is defined once, in the semantic YAML beside its mart (docs/conventions.md)."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.unit.rules.dbt_files import PROJECT, models

FILES = sorted((PROJECT / "models").rglob("*.yml"))
CONTENTS = {path: yaml.safe_load(path.read_text("utf-8")) or {} for path in FILES}
NESTED = [
    (model["name"], metric)
    for content in CONTENTS.values()
    for model in content.get("models", [])
    for metric in model.get("metrics", [])
]
TOP_LEVEL = [metric for content in CONTENTS.values() for metric in content.get("metrics", [])]
METRICS = [metric for _, metric in NESTED] + TOP_LEVEL
KPIS = [metric for metric in METRICS if metric.get("config", {}).get("meta", {}).get("name_zh")]
READ = {model.name: model for model in models()}.get("int_kpi_quantities")


@pytest.mark.parametrize("metric", [metric for _, metric in NESTED], ids=lambda metric: metric["name"])
def test_only_simple_metrics_stand_inside_a_model(metric: dict) -> None:
    """dbt 1.12 does not forget others there when the file changes: the next partial parse finds two of the name."""
    assert metric["type"] == "simple"


@pytest.mark.parametrize("metric", KPIS, ids=lambda metric: metric["name"])
def test_a_kpi_says_what_it_is(metric: dict) -> None:
    meta = metric["config"]["meta"]
    missing = {
        "domain",
        "unit",
        "direction",
        "additivity",
        "owner",
        "caliber_version",
        "valid_from",
        "feeds",
    } - set(meta)
    assert missing == set()
    assert metric.get("label")
    assert metric.get("description")


def test_metric_names_are_unique() -> None:
    assert [name for name, times in Counter(metric["name"] for metric in METRICS).items() if times > 1] == []


@pytest.mark.parametrize("mart", sorted({mart for mart, _ in NESTED}))
def test_every_mart_with_metrics_gives_its_rows_to_the_kpi_layer(mart: str) -> None:
    model: Path = PROJECT / "models" / "intermediate" / "kpi" / f"int_kpi__{mart}.sql"
    assert model.exists()
    assert f'kpi_rows(ref("{mart}")' in model.read_text("utf-8")
    assert READ is not None
    assert f'"{mart}"' in READ.sql
