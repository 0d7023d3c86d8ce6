"""The dbt project as files: fast to read, so that its rules are checked without starting dbt."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[3]
PROJECT = REPOSITORY / "dbt_project"
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True)
class Model:
    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def layer(self) -> str:
        """staging, intermediate, intermediate/kpi, marts, kpi, quality or utilities."""
        parts = self.path.relative_to(PROJECT / "models").parts
        return "intermediate/kpi" if parts[:2] == ("intermediate", "kpi") else parts[0]

    @cached_property
    def sql(self) -> str:
        """Without comments."""
        return COMMENT.sub(" ", self.path.read_text("utf-8"))

    @property
    def plain_sql(self) -> str:
        """Without comments and Jinja: what the engine reads as written here."""
        return JINJA.sub(" ", self.sql)

    @cached_property
    def properties(self) -> dict:
        file = self.path.with_suffix(".yml")
        models = (yaml.safe_load(file.read_text("utf-8")) or {}).get("models", []) if file.exists() else []
        return next((model for model in models if model["name"] == self.name), {})

    @property
    def refs(self) -> list[str]:
        return re.findall(r"""\bref\(\s*['"](\w+)['"]\s*\)""", self.sql)


def models() -> list[Model]:
    return [Model(path) for path in sorted((PROJECT / "models").rglob("*.sql"))]
