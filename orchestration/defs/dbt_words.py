"""What the Dagster UI says of the dbt project beyond names: checks in words, what columns are made of, frozen state."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import dagster as dg

from orchestration.column_lineage import Column, read_lineage
from orchestration.dbt_manifest import read_manifest
from orchestration.defs.dbt_integration import DagsterDbtTranslator

#: Columns that are named beside a column that is made of them.
SHOWN_COLUMNS = 3
_COMMENTS = re.compile(r"^-- (?!depends_on)(.+(?:\n-- .+)*)", re.MULTILINE)


class DbtWords(DagsterDbtTranslator):
    """Gives each check its description, which dagster-dbt looks for only in `meta`; and each table its column lineage,
    which dagster-dbt would read from the SQL at every materialization.
    """

    @cached_property
    def _lineage(self) -> dict[str, dict[str, list[Column]]]:
        return read_lineage()

    @cached_property
    def _keys(self) -> dict[tuple[str, str], dg.AssetKey]:
        """(schema, table) as lineage names it -> asset."""
        manifest, keys = read_manifest(), dict[tuple[str, str], dg.AssetKey]()
        for node in (*manifest["nodes"].values(), *manifest["sources"].values()):
            if node["resource_type"] in ("model", "seed"):
                keys[(node["schema"], node["alias"])] = self.get_asset_key(node)
            elif node["resource_type"] == "source":
                key = self.get_asset_key(node)
                keys[(key.path[0], "__".join(key.path[1:]))] = key
        return keys

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        metadata = super().get_metadata(dbt_resource_props)
        columns = self._lineage.get(f"{dbt_resource_props['schema']}.{dbt_resource_props.get('alias')}")
        if not columns:
            return metadata
        known = self._keys
        lineage = {
            name: [dg.TableColumnDep(known[made[:2]], made[2]) for made in of if made[:2] in known]
            for name, of in columns.items()
        }
        told: dict[str, Any] = {"dagster/column_lineage": dg.TableColumnLineage(lineage)}
        if schema := metadata.get("dagster/column_schema"):
            told["dagster/column_schema"] = dg.TableSchema([_with_origin(c, lineage) for c in schema.columns])
        return {**metadata, **told}

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None or spec.description:
            return spec
        return spec._replace(description=check_words(manifest["nodes"][unique_id]))


def _with_origin(column: dg.TableColumn, lineage: Mapping[str, list[dg.TableColumnDep]]) -> dg.TableColumn:
    """The column with what it is made of among its constraints: the UI shows those, and draws no column lineage."""
    made_of = [f"{of.asset_key.to_user_string()}.{of.column_name}" for of in lineage.get(column.name, ())]
    if not made_of:
        return column
    more = f" and {len(made_of) - SHOWN_COLUMNS} more" if len(made_of) > SHOWN_COLUMNS else ""
    origin = f"from {', '.join(made_of[:SHOWN_COLUMNS])}{more}"
    known = column.constraints
    constraints = dg.TableColumnConstraints(known.nullable, known.unique, [*(known.other or ()), origin])
    return dg.TableColumn(column.name, column.type, column.description, constraints, column.tags)


def check_words(test: Mapping[str, Any]) -> str:
    """What must hold, from a test of the manifest: its description, its arguments, or the SQL's first comment."""
    if test.get("description"):
        return str(test["description"])
    generic = test.get("test_metadata") or {"name": "", "kwargs": {}}
    facts = generic["kwargs"]
    named = facts.get("columns") or ()
    columns = named if isinstance(named, str) else ", ".join(named)
    values = ", ".join(map(str, facts.get("values") or ()))
    identities = "; ".join(
        f"{name.replace('_', ' ')}: {' '.join(expression.split())}"
        for name, expression in (facts.get("identities") or {}).items()
    )
    words = {
        "unique_grain": f"One row per {columns}; none of them is null."
        + (f" Of every row: {identities}" if identities else ""),
        "unique_combination": f"Each combination of {columns} is there once.",
        "holds_for_every_row": f"Of every row: {' '.join(str(facts.get('expression')).split())}",
        "every_identity_holds": identities,
        "not_null": f"{facts.get('column_name')} is never null.",
        "unique": f"Each {facts.get('column_name')} is there once.",
        "accepted_values": f"{facts.get('column_name')} is one of {values}.",
        "relationships": f"Every {facts.get('column_name')} is a {facts.get('field')} of {facts.get('to')}.",
    }
    if generic["name"] in words:
        return words[generic["name"]]
    comment = _COMMENTS.search(test.get("raw_code") or "")
    said = comment[1].replace("\n-- ", " ") if comment else ""
    return said or f"{test['name'].removeprefix('assert_').replace('_', ' ').capitalize()}."


def frozen_state(manifest: Mapping[str, Any]) -> Iterator[dg.AssetSpec]:
    """Schema meta, which the dbt assets write before dbt starts; without this, stubs in group 'default'."""
    for source in manifest["sources"].values():
        if source["schema"] == "meta":
            yield dg.AssetSpec(
                ["meta", source["name"]],
                description=f"{source['description']} Frozen at the start of every run, before dbt.",
                group_name="frozen_state",
                owners=["team:data-engineering"],
                kinds={"duckdb"},
            )
