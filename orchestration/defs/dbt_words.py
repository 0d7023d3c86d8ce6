"""What the Dagster UI says about the dbt project beyond names: checks in words, frozen state as tables."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from orchestration.defs.dbt_integration import DagsterDbtTranslator

_COMMENTS = re.compile(r"^-- (?!depends_on)(.+(?:\n-- .+)*)", re.MULTILINE)


class DbtWords(DagsterDbtTranslator):
    """Gives each check its description; dagster-dbt looks for one only in `meta`."""

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None or spec.description:
            return spec
        return spec._replace(description=check_words(manifest["nodes"][unique_id]))


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
