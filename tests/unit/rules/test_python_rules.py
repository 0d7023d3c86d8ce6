"""The rules that every Python module keeps (docs/conventions.md)."""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
MODULES = sorted(path for top in ("ingestion", "orchestration") for path in (REPOSITORY / top).rglob("*.py"))
ORCHESTRATORS = {"dagster", "dagster_dbt", "dbt", "great_expectations", "orchestration"}
PROGRAMS = [
    *MODULES,
    *sorted(path for top in ("tests", "benchmarks") for path in (REPOSITORY / top).rglob("*.py")),
]
DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "lib", "manager"}
#: What the module asks of the one connection that it holds for everybody.
SHARED = {
    f"duckdb.{name}"
    for name in ("execute", "sql", "query", "read_csv", "read_json", "read_parquet", "from_arrow")
}
#: Seconds of import that a command pays only when it needs them.
HEAVY = {"great_expectations", "dlt", "pandas", "altair", "vl_convert", "apprise", "jinja2"}


def _imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", [p for p in MODULES if "ingestion" in p.parts], ids=str)
def test_ingestion_imports_no_orchestrator(path: Path) -> None:
    assert _imports(path) & ORCHESTRATORS == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    assert _imports(path, top_level_only=True) & HEAVY == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_names_its_one_idea_and_stays_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert path.stem not in DRAWERS
    assert ast.get_docstring(ast.parse(text)), "a module says what belongs in it"
    assert len(text.splitlines()) <= 300


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "scratch.py"], ids=str)
def test_an_engine_in_memory_never_spills_where_the_process_was_started(path: Path) -> None:
    """Without a file and a temp_directory DuckDB takes `.tmp` of the working folder, and a kill leaves it there."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    in_memory = [call for call in calls if ast.unparse(call.func) == "duckdb.connect" and not call.args]
    assert [ast.unparse(call) for call in in_memory if "temp_directory" not in ast.unparse(call)] == []


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_nobody_asks_the_connection_that_a_whole_process_shares(path: Path) -> None:
    """`duckdb.execute(...)` and `duckdb.sql(...)` use one connection of the module. A `fetchone` of whoever came before
    leaves its result open, and the next `sql` is refused: a test then fails by what ran before it in its worker."""
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    assert [ast.unparse(call) for call in calls if ast.unparse(call.func) in SHARED] == []


@pytest.mark.parametrize("path", [p for p in MODULES if "duckdb" in _imports(p)], ids=str)
def test_a_connection_is_left_without_an_open_result(path: Path) -> None:
    """DuckDB holds a result open after its only row was fetched with `fetchone`; after `fetchall` it does not."""
    names = {
        node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)
    }
    assert names & {"fetchone", "fetchmany"} == set()
