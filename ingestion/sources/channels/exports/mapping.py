"""The mapping of one platform's download, read from its YAML file."""

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from ingestion.sources.channels.contracts import EXPORT_CONTENT_STATS

_FIELDS = {field.name for field in EXPORT_CONTENT_STATS.fields}


class Mapping(BaseModel):
    """`columns`: contract column → header words; `factors`: header word → units of the contract in one of its."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: str
    columns: dict[str, list[str]]
    required: list[str]
    factors: dict[str, int] = {}
    date_formats: list[str]
    total_words: list[str]
    missing: list[str]

    def column(self, cell: str) -> str | None:
        """The contract column of a header cell; blanks and full-width brackets make no difference."""
        wanted = _plain(cell)
        for name, words in self.columns.items():
            if wanted in map(_plain, words):
                return name
        return None

    def factor(self, cell: str) -> int:
        return next((factor for word, factor in self.factors.items() if _plain(word) == _plain(cell)), 1)

    def is_header(self, cells: tuple[str, ...]) -> bool:
        found = {self.column(cell) for cell in cells}
        return found.issuperset(self.required)


def _plain(text: str) -> str:
    return "".join(text.split()).lower().replace("（", "(").replace("）", ")")


@cache
def mappings() -> dict[str, Mapping]:
    """Every platform that can be read, by the name of its inbox folder."""
    folder = files("ingestion.sources.channels.exports")
    found = {}
    for file in folder.iterdir():
        if file.name.endswith(".yaml"):
            mapping = Mapping.model_validate(yaml.safe_load(file.read_text("utf-8")))
            if unknown := sorted({*mapping.columns, *mapping.required} - _FIELDS):
                raise ValueError(f"{file.name}: the contract has no column {unknown[0]}")
            found[mapping.platform] = mapping
    return found
