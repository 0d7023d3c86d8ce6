"""Which table a sheet is and which column a header cell is, in English or Chinese (aliases.yaml)."""

from functools import cache
from importlib.resources import files

import yaml

from ingestion.contract import Contract
from ingestion.sources.ops_workbook.contracts import CONTRACTS


@cache
def _aliases() -> dict[str, dict[str, list[str]]]:
    text = files("ingestion.sources.ops_workbook").joinpath("aliases.yaml").read_text("utf-8")
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return loaded


def table_named(name: str) -> Contract | None:
    """The contract of a sheet or of a CSV file's stem."""
    wanted = name.strip().lower()
    for contract in CONTRACTS:
        if wanted == contract.entity or name.strip() in _aliases()["tables"].get(contract.entity, []):
            return contract
    return None


def column_named(contract: Contract, cell: str) -> str | None:
    """The contract's column of a header cell; blanks and full-width brackets make no difference."""
    wanted = _plain(cell)
    for field in contract.fields:
        if wanted in (field.name, *(_plain(alias) for alias in _aliases()["columns"].get(field.name, []))):
            return field.name
    return None


def _plain(text: str) -> str:
    return "".join(text.split()).lower().replace("（", "(").replace("）", ")")


def table_title(contract: Contract, language: str) -> str:
    """The name of its sheet in a new workbook: `zh` or `en`."""
    titles = _aliases()["tables"].get(contract.entity, []) if language == "zh" else []
    return titles[0] if titles else contract.entity


def column_title(name: str, language: str) -> str:
    """The header cell of a column in a new workbook: `zh` or `en`."""
    titles = _aliases()["columns"].get(name, []) if language == "zh" else []
    return titles[0] if titles else name
