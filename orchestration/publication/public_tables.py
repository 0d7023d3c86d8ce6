"""Which tables are public, with the words and constraints that dbt knows about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PUBLIC_SCHEMAS = ("marts", "kpi", "quality")


@dataclass(frozen=True)
class PublicColumn:
    name: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class PublicTable:
    """A dbt model with `access: public`. `columns` are those of its .yml."""

    schema: str
    name: str
    description: str
    columns: tuple[PublicColumn, ...]

    @property
    def address(self) -> str:
        """'marts.fct_orders', ready for SQL."""
        return f'"{self.schema}"."{self.name}"'


def public_tables(manifest: Mapping[str, Any]) -> list[PublicTable]:
    """Enabled public models of the three public schemas, sorted by schema and name."""
    return sorted(_public_models(manifest), key=lambda table: (table.schema, table.name))


def _public_models(manifest: Mapping[str, Any]) -> Iterator[PublicTable]:
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["config"].get("materialized") == "ephemeral":
            continue
        access = node.get("access") or node["config"].get("access")
        if access == "public" and node["schema"] in PUBLIC_SCHEMAS:
            columns = tuple(_column(column) for column in node["columns"].values())
            yield PublicTable(node["schema"], node.get("alias") or node["name"], node["description"], columns)


def _column(column: Mapping[str, Any]) -> PublicColumn:
    kinds = {constraint["type"] for constraint in column.get("constraints") or ()}
    return PublicColumn(
        column["name"], column.get("description") or "", bool(kinds & {"not_null", "primary_key"})
    )
