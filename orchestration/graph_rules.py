"""`make check`: dbt parses, the definitions load, and the asset graph keeps its rules."""

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from orchestration.dbt_manifest import ManifestError, prepare_manifest, read_manifest
from orchestration.environment import prepare_environment

if TYPE_CHECKING:
    import dagster as dg


def broken_rules(definitions: "dg.Definitions") -> Iterator[str]:
    """Every asset has a group, an owner, a description, a kind and docs, what runs columns; a check a description."""
    graph = definitions.resolve_asset_graph()
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        facts = {
            "group": node.group_name,
            "owner": node.owners,
            "description": node.description,
            "kind": node.kinds,
            "link to docs": "docs" in node.metadata,
            "column schema": "dagster/column_schema" in node.metadata or not node.is_materializable,
        }
        for name, value in facts.items():
            if not value or value == "default":
                yield f"{key.to_user_string()} has no {name}"
    for check in sorted(graph.asset_check_keys):
        if not graph.get_check_spec(check).description:
            yield f"check {check.name} of {check.asset_key.to_user_string()} has no description"


def tests_that_are_no_checks(definitions: "dg.Definitions", manifest: Mapping[str, Any]) -> Iterator[str]:
    """dbt tests that Dagster would run without telling: those of several models whose `ref` names none of them."""
    checks = {check.name for check in definitions.resolve_asset_graph().asset_check_keys}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node["name"] not in checks and "audit" not in node["tags"]:
            yield f"dbt test {node['name']} is no asset check: its dagster.ref has to name a model that it reads"


def main() -> int:
    prepare_environment()
    try:
        prepare_manifest()
    except ManifestError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    from orchestration.definitions import defs

    definitions = defs()
    definitions.resolve_job_def("refresh")
    problems = [*broken_rules(definitions), *tests_that_are_no_checks(definitions, read_manifest())]
    print(
        "\n".join(problems)
        or "definitions load; every asset has group, owner, kind, columns and docs, it and every check a description"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
