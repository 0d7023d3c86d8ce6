"""Which columns each column of a dbt model is made of: read from the SQL once per state of the project.

dagster-dbt would read it at every materialization. Here sqlglot reads the compiled SQL that dbt leaves in
manifest.json, all models in 2 s of CPU, and the answer stays beside the parsed project, for every data folder
(`.parsed/<fingerprint>.lineage`). `make dev` does it when it is missing, a refresh never; by hand:
`python -m orchestration.column_lineage`.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.contracts import CONTRACTS
from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.dbt_manifest import read_manifest, target_path
from orchestration.environment import prepare_environment

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.optimizer.scope import Scope

#: (schema, table, column).
Column = tuple[str, str, str]
#: Schema of the landed files; a table of it is '<source>__<entity>'.
RAW = "raw"
_RAW_FILES = re.compile(
    r"read_parquet\(\[\s*'[^']*/raw/(\w+)/(\w+)/_schema\.parquet'.*?union_by_name = true\)", re.DOTALL
)


def read_lineage() -> dict[str, dict[str, list[Column]]]:
    """'<schema>.<table>' -> column -> the columns it is made of; {} while nothing was built of this project yet."""
    try:
        found = json.loads(_path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return {
        table: {name: [*map(tuple, made)] for name, made in columns.items()}
        for table, columns in found.items()
    }


def prepare_lineage() -> bool:
    """Read the SQL unless that was done; False where dbt has not built this state of the project yet."""
    path = _path()
    if path.exists():
        return True
    manifest = read_manifest()
    if not any(node.get("compiled_code") for node in _models(manifest).values()):
        return False
    copy = path.with_name(f"{path.name}.{os.getpid()}")
    copy.write_text(json.dumps(lineage(manifest), separators=(",", ":")), "utf-8")
    copy.replace(path)
    return True


def _path() -> Path:
    """Beside the parsed project that the data folder's manifest is of."""
    stamp = target_path() / "manifest.fingerprint"
    state = stamp.read_text() if stamp.exists() else "none"
    return DBT_PROJECT_DIR / ".parsed" / f"{state}.lineage"


def lineage(manifest: Mapping[str, Any]) -> dict[str, dict[str, list[Column]]]:
    """As `read_lineage`. A model whose SQL sqlglot does not understand is left out."""
    from sqlglot import MappingSchema, parse_one
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema = MappingSchema(dict[str, object](_known_tables(manifest)), dialect="duckdb", normalize=False)
    models, found = _models(manifest), dict[str, dict[str, list[Column]]]()
    order = TopologicalSorter({name: node["depends_on"]["nodes"] for name, node in models.items()})
    for model in (models[name] for name in order.static_order() if name in models):
        own = (model["schema"], model["alias"])
        sql = _RAW_FILES.sub(lambda files: f"{RAW}.{files[1]}__{files[2]}", model.get("compiled_code") or "")
        try:
            query = qualify(
                parse_one(sql, dialect="duckdb"),
                schema=schema,
                dialect="duckdb",
                validate_qualify_columns=False,
            )
        except SqlglotError:
            continue
        scope = build_scope(query)
        columns = _Scopes().columns(scope) if scope else []
        schema.add_table(".".join(own), {name: "TEXT" for name, _ in columns}, dialect="duckdb")
        made = {name: sorted(column for column in of if column[:2] != own) for name, of in columns}
        found[".".join(own)] = {name: of for name, of in made.items() if of}
    return found


def _models(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def _known_tables(manifest: Mapping[str, Any]) -> dict[str, dict[str, dict[str, str]]]:
    """Schema -> table -> column -> a type: landed files, seeds, frozen state, and models by their YAML."""
    tables: dict[str, dict[str, dict[str, str]]] = {RAW: {}}
    for contract in CONTRACTS:
        columns = dict.fromkeys(contract.schema.names, "TEXT")
        tables[RAW][f"{contract.source}__{contract.entity}"] = columns
    sources = (source for source in manifest["sources"].values() if source["schema"] == "meta")
    for node in (*manifest["nodes"].values(), *sources):
        if node["resource_type"] in ("model", "seed", "source") and node["columns"]:
            name = node.get("alias") or node["identifier"]
            tables.setdefault(node["schema"], {})[name] = dict.fromkeys(node["columns"], "TEXT")
    return tables


class _Scopes:
    """Output columns of the scopes (CTEs, subqueries, sides of a union) of one qualified query, each read once."""

    def __init__(self) -> None:
        self._read: dict[int, list[tuple[str, set[Column]]]] = {}

    def columns(self, scope: "Scope") -> list[tuple[str, set[Column]]]:
        """Names in order, each with the columns of tables that it is made of."""
        if id(scope) not in self._read:
            self._read[id(scope)] = []  # a recursive query meets itself
            self._read[id(scope)] = self._of_union(scope) or self._of_select(scope)
        return self._read[id(scope)]

    def _of_union(self, scope: "Scope") -> list[tuple[str, set[Column]]]:
        if not scope.set_operation_scopes:
            return []
        left, right = (self.columns(side) for side in scope.set_operation_scopes[:2])
        return [(name, made | also) for (name, made), (_, also) in zip(left, right, strict=False)]

    def _of_select(self, scope: "Scope") -> list[tuple[str, set[Column]]]:
        from sqlglot import exp

        query = scope.expression
        selects = query.selects if isinstance(query, exp.Query) else []
        return [(select.alias_or_name, set(self._made_of(scope, select))) for select in selects]

    def _made_of(self, scope: "Scope", expression: "exp.Expr") -> Iterator[Column]:
        from sqlglot import exp

        subqueries = {id(inner.expression): inner for inner in scope.subquery_scopes}
        for part in expression.walk(prune=lambda node: isinstance(node, exp.Query)):
            if isinstance(part, exp.Query) and id(part) in subqueries:
                for _, made in self.columns(subqueries[id(part)]):
                    yield from made
            elif isinstance(part, exp.Column):
                yield from self._resolved(scope, part)

    def _resolved(self, scope: "Scope", column: "exp.Column") -> Iterator[Column]:
        from sqlglot import exp
        from sqlglot.optimizer.scope import Scope

        source = scope.sources.get(column.table)
        if isinstance(source, exp.Table):
            yield (source.db, source.name, column.name)
        elif isinstance(source, Scope) and isinstance(source.expression, exp.UDTF):
            yield from self._made_of(scope, source.expression)  # unnest(...) of columns beside it
        elif isinstance(source, Scope):
            yield from dict(self.columns(source)).get(column.name, ())


if __name__ == "__main__":
    prepare_environment()
    if not prepare_lineage():
        sys.exit("error: dbt has not built this state of the project yet: run `make refresh` first")
