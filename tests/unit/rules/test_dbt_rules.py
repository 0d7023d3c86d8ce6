"""The rules that every model keeps (docs/conventions.md)."""

import re
from itertools import pairwise

import pytest
import yaml

from tests.unit.rules.dbt_files import PROJECT, REPOSITORY, Model, models

MODELS = models()
LAYER_OF = {model.name: model.layer for model in MODELS}
#: What each layer may read. `intermediate/kpi` holds the rows that marts give to the KPI layer, and what marts take
#: back from it: the goal of an activity is a KPI.
READS = {
    "staging": {"staging"},
    "intermediate": {"staging", "intermediate", "utilities"},
    "marts": {"staging", "intermediate", "intermediate/kpi", "marts", "utilities"},
    "intermediate/kpi": {"staging", "intermediate", "marts", "intermediate/kpi", "utilities"},
    "kpi": {"staging", "intermediate", "marts", "intermediate/kpi", "kpi", "utilities"},
    "quality": {"staging", "intermediate", "marts", "kpi", "quality", "utilities"},
    "utilities": {"staging", "intermediate", "utilities"},
}
#: DuckDB's own words; macros/engine/ is their only home.
ENGINE_ONLY = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "::": r"::",
        "DuckDB functions": r"\b(read_\w+|list_\w+|struct_\w+|array_\w+|map_\w+|unnest|strptime|strftime|epoch\w*"
        r"|try_cast|arg_min|arg_max|generate_series|range|date_diff|datediff|date_add|date_sub|timezone|to_\w+s"
        r"|make_\w+|json_\w+|regexp_\w+|quantile\w*|approx_\w+|string_split|hash)\s*\(",
        "DuckDB syntax": r"\b(asof|positional|pivot|unpivot|exclude|interval|columns\s*\()\b|->|\bat time zone\b|\[",
    }.items()
}
ids = [model.name for model in MODELS]


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_a_model_reads_only_downwards(model: Model) -> None:
    upwards = [name for name in model.refs if LAYER_OF.get(name, "utilities") not in READS[model.layer]]
    assert upwards == []


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_only_staging_reads_sources(model: Model) -> None:
    reads = re.search(r"\b(source|read_raw)\(", model.sql)
    assert reads is None or model.layer == "staging"


def test_nothing_reads_private_properties_of_users() -> None:
    """Names, mails and phones as sent; publishing one needs a list of the properties that may be published."""
    chain = ["stg_app_events__profile_operations", "int_profile_operations", "int_kept_user_properties",
             "int_user_properties"]  # fmt: skip
    readers = {model.name: {*chain} & {*model.refs} for model in MODELS}
    assert {name: read for name, read in readers.items() if read} == {
        reader: {read} for read, reader in pairwise(chain)
    }


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_a_model_says_what_it_is_in_its_own_file(model: Model) -> None:
    description = " ".join(str(model.properties.get("description", "")).split())
    assert description, f"{model.path.with_suffix('.yml').name} describes {model.name}"
    last_sentence = re.split(r"(?<=[.。])\s+", description.rstrip())[-1]
    assert re.match(r"(One row|Exactly one row)\b", last_sentence), last_sentence


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_a_model_tests_its_grain(model: Model) -> None:
    """An ephemeral model is a part of its one reader, whose grain holds only if its own does."""
    tests = model.properties.get("data_tests", [])
    names = {next(iter(test)) if isinstance(test, dict) else test for test in tests}
    assert "unique_grain" in names or "materialized='ephemeral'" in model.path.read_text("utf-8")


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_engine_specific_sql_lives_in_macros_engine(model: Model) -> None:
    found = {
        name: match.group(0)
        for name, pattern in ENGINE_ONLY.items()
        if (match := pattern.search(model.plain_sql))
    }
    assert found == {}


@pytest.mark.parametrize("path", sorted((PROJECT / "tests").glob("*.sql")), ids=lambda path: path.stem)
def test_a_singular_test_is_an_asset_check_of_some_model(path) -> None:
    """Tests over several models without `config.meta.dagster.ref` are no asset checks, so nothing would show them."""
    sql = path.read_text("utf-8")
    assert path.stem.startswith("assert_")
    assert len(set(re.findall(r"ref\(", sql))) == 0 or re.search(r"dagster.{0,20}ref", sql, re.DOTALL), (
        path.name
    )


@pytest.mark.parametrize("path", sorted((PROJECT / "tests").glob("*.sql")), ids=lambda path: path.stem)
def test_a_singular_test_refers_to_models_that_exist(path) -> None:
    """dbt drops a test that reads an unknown model, with no more than a warning."""
    names = re.findall(r"""\bref\(\s*['"](\w+)['"]\s*([~)])""", path.read_text("utf-8"))
    known = {*LAYER_OF, *(seed.stem for seed in (PROJECT / "seeds").glob("*.csv"))}
    assert [name for name, end in names if end == "~" or name not in known] == []


def test_every_public_model_describes_its_columns() -> None:
    silent = [
        f"{model.name}.{column['name']}"
        for model in MODELS
        if model.layer in ("marts", "kpi", "quality")
        for column in model.properties.get("columns", [])
        if not column.get("description")
    ]
    assert silent == []


def readers() -> dict[str, set[str]]:
    """Exposure -> the models that it reads."""
    exposures = yaml.safe_load((PROJECT / "models" / "exposures.yml").read_text("utf-8"))["exposures"]
    return {
        each["name"]: {name for ref in each["depends_on"] for name in re.findall(r"ref\('(\w+)'\)", ref)}
        for each in exposures
    }


def test_every_public_model_names_a_reader() -> None:
    read = set().union(*readers().values())
    public = {
        name
        for name, layer in LAYER_OF.items()
        if layer in ("marts", "kpi", "quality") and name[:4] != "int_"
    }
    assert sorted(public - read) == []


def test_the_daily_report_names_what_it_reads() -> None:
    files = [
        *(REPOSITORY / "orchestration" / "report").glob("*.py"),
        REPOSITORY / "orchestration" / "scoreboard.py",
    ]
    named = {
        name
        for path in files
        for name in re.findall(r"\b(?:marts|kpi|quality)\.(\w+)", path.read_text("utf-8"))
    }
    assert readers()["daily_report"] == named & LAYER_OF.keys()
