"""docs/metrics.md: every public table and KPI in the words of the dbt YAML. `make docs` writes it."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from orchestration.code_version import DBT_PROJECT_DIR, REPOSITORY

PAGE = REPOSITORY / "docs" / "metrics.md"
#: Folders below models/marts in the order of the page; others follow by name.
DOMAINS = {
    "user": "Users (用户)",
    "content": "Content (内容)",
    "activity": "Activities (活动)",
    "channel": "Channels (渠道)",
    "advertising": "Advertising (广告)",
    "service": "Service (客户服务)",
    "product": "Product (产品)",
    "community": "Community (社区)",
    "ecommerce": "E-commerce (电商)",
    "competitor": "Competitors (竞品)",
}
SCHEMAS = {"kpi": "KPI layer (指标)", "quality": "Quality (数据质量)"}


@dataclass
class Table:
    """One public table: `section` is the folder it lies in, `name` has its schema."""

    section: str
    name: str
    properties: dict[str, Any]
    kpis: list[str] = field(default_factory=list)


def page(project_dir: Path = DBT_PROJECT_DIR) -> str:
    """The whole page, from the YAML files alone: dbt need not have run."""
    contents = {
        path: yaml.safe_load(path.read_text("utf-8")) or {}
        for path in sorted((project_dir / "models").rglob("*.yml"))
    }
    kpis = sorted(_kpis(contents.values()), key=lambda kpi: kpi["name"])
    tables = [table for path, content in contents.items() for table in _tables(project_dir, path, content)]
    lines = [
        "# Metrics and public tables",
        "<!-- Written by `make docs` from the YAML beside the dbt models: change it there. -->",
        "What every number means (指标口径). Each definition exists once, in the dbt project; this page repeats it.",
        "",
        (project_dir / "models" / "overview.md")
        .read_text("utf-8")
        .split("%}", 1)[1]
        .rsplit("{%", 1)[0]
        .strip(),
        "",
        "## KPIs (指标)",
        "`kpi.fct_kpi_current` has a row for each app and the company (`app_id = '*'`), grain, period and "
        "dimension value.",
        "",
        *_table_lines(("KPI", "中文", "definition", "unit", "grains"), map(_kpi_cells, kpis)),
    ]
    order = [
        *DOMAINS,
        *sorted({table.section for table in tables} - DOMAINS.keys() - SCHEMAS.keys()),
        *SCHEMAS,
    ]
    for section in order:
        own = [table for table in tables if table.section == section]
        if own:
            title = (DOMAINS | SCHEMAS).get(section, section.replace("_", " ").capitalize())
            lines += ["", f"## {title}", *(line for table in own for line in _table_part(table))]
    return "\n".join(lines) + "\n"


def _tables(project_dir: Path, path: Path, content: dict[str, Any]) -> Iterator[Table]:
    parts = path.relative_to(project_dir / "models").parts
    if parts[0] not in ("marts", *SCHEMAS):
        return
    schema, section = parts[0], parts[1] if parts[0] == "marts" else parts[0]
    names = [metric["name"] for metric in _metrics(content) if _is_kpi(metric)]
    if path.stem.startswith("int_"):
        return  # reads public tables and so lies beside them; itself it is private
    for model in content.get("models", []):
        schema = (model.get("config") or {}).get("schema", schema)
        yield Table(section, f"{schema}.{model['name']}", model, sorted(names))


def _kpis(contents: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (metric for content in contents for metric in _metrics(content) if _is_kpi(metric))


def _metrics(content: dict[str, Any]) -> list[dict[str, Any]]:
    nested = [metric for model in content.get("models", []) for metric in model.get("metrics", [])]
    return nested + content.get("metrics", [])


def _meta(properties: dict[str, Any]) -> dict[str, Any]:
    return dict(properties.get("config", {}).get("meta", {}))


def _is_kpi(metric: dict[str, Any]) -> bool:
    return "name_zh" in _meta(metric)


def _kpi_cells(metric: dict[str, Any]) -> tuple[str, ...]:
    meta = _meta(metric)
    grains = ", ".join(meta.get("grains", ["day", "week", "month"]))
    code = meta.get("kpi_code", metric["name"])
    return f"`{code}`", meta["name_zh"], _line(metric["description"]), meta["unit"], grains


def _table_part(table: Table) -> Iterator[str]:
    yield from ("", f"### `{table.name}`")
    if question := _meta(table.properties).get("question"):
        yield from (f"*{_line(question)}*", "")
    yield from (_line(table.properties["description"]), "")
    columns = (
        (f"`{column['name']}`", column.get("data_type", ""), _line(column.get("description", "")))
        for column in table.properties.get("columns", [])
    )
    yield from _table_lines(("column", "type", "meaning"), columns)
    if table.kpis:
        yield from ("", f"KPIs from it: {', '.join(f'`{name}`' for name in table.kpis)}.")


def _table_lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(REPOSITORY)} is written\n")
