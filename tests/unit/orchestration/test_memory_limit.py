"""What OPS_MEMORY_LIMIT says reaches the engine: profiles.yml as dbt renders it, DuckDB opened with it."""

from pathlib import Path

import duckdb
import jinja2
import pytest
import yaml

PROFILES = Path(__file__).parents[3] / "dbt_project" / "profiles.yml"


@pytest.mark.parametrize(
    ("environment", "limit"),
    [({}, "2.7 GiB"), ({"OPS_MEMORY_LIMIT": ""}, "2.7 GiB"), ({"OPS_MEMORY_LIMIT": "4GB"}, "3.7 GiB")],
    ids=["default", "empty", "given"],
)
def test_a_build_holds_no_more_than_it_may(tmp_path: Path, environment: dict[str, str], limit: str) -> None:
    template = jinja2.Template(PROFILES.read_text("utf-8"))
    profile = yaml.safe_load(template.render(env_var=lambda name, default: environment.get(name, default)))
    config = profile["ops_warehouse"]["outputs"]["duckdb"]["config_options"]

    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), config=config) as connection:
        query = "select current_setting('memory_limit'), current_setting('temp_directory')"
        found = connection.execute(query).fetchall()

    assert found == [(limit, str(tmp_path / "warehouse.duckdb.tmp"))]
