"""The mapping of one platform's download, read from its YAML file."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from importlib.resources import files

import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict

from ingestion.contract import Contract, Field
from ingestion.sources.channels.contracts import EXPORT_CONTRACTS
from ingestion.sources.channels.exports.units import UNITS, Kind, split_unit

_CONTRACTS = {contract.entity: contract for contract in EXPORT_CONTRACTS}


@dataclass(frozen=True)
class Column:
    """What a header cell means. `factor` is contract units in one of the cell's; None = no unit is stated anywhere."""

    name: str
    kind: Kind
    factor: Decimal | None
    problem: str | None = None


class Mapping(BaseModel):
    """`columns`: contract column → header words without unit; `default_units`: where headers state none;

    `defaults`: text of contract columns that the download does not have; a total row's first cell is one of
    `total_words`; `missing` are the platform's words for nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    platform: str
    entity: str = "content_stats"
    columns: dict[str, list[str]]
    required: list[str]
    default_units: dict[str, str] = {}
    defaults: dict[str, str] = {}
    date_formats: list[str]
    total_words: list[str]
    subtotal_words: list[str] = ["小计", "subtotal"]
    missing: list[str]

    @property
    def contract(self) -> Contract:
        return _CONTRACTS[self.entity]

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {field.name: field for field in self.contract.fields}

    def kind(self, name: str) -> Kind:
        field = self.fields[name]
        if pa.types.is_date(field.type):
            return "date"
        if pa.types.is_integer(field.type):
            return "count"
        if pa.types.is_decimal(field.type):
            return "seconds" if field.unit == "seconds" else "money" if field.unit else "rate"
        return "text"

    def column(self, cell: str) -> Column | None:
        """Blanks, case and full-width letters make no difference. None for a header that the mapping does not know."""
        wanted = plain(cell)
        found = self._words.get(wanted)
        word, unit = (wanted, "") if found else split_unit(wanted)
        name = found or self._words.get(word)
        if name is None:
            return None
        kind = self.kind(name)
        if kind in ("text", "date"):
            return Column(name, kind, None)
        unit = unit or plain(self.default_units.get(name, ""))
        factor = UNITS[kind].get(unit)
        if unit and factor is None:
            known = ", ".join(word for word in UNITS[kind] if word)
            return Column(
                name, kind, None, f"the unit ({unit}) of column {cell.strip()} is not known ({known})"
            )
        return Column(name, kind, factor)

    def is_header(self, cells: tuple[str, ...]) -> bool:
        found = {column.name for cell in cells if (column := self.column(cell))}
        return found.issuperset(self.required)

    def is_total(self, cells: tuple[str, ...]) -> bool:
        """A row whose first filled cell is a total word, alone or with a remark in brackets."""
        return _first_word(cells) in map(plain, self.total_words)

    def is_subtotal(self, cells: tuple[str, ...]) -> bool:
        return _first_word(cells) in map(plain, self.subtotal_words)

    @cached_property
    def _words(self) -> dict[str, str]:
        return {plain(word): name for name, words in self.columns.items() for word in words}


def _first_word(cells: tuple[str, ...]) -> str:
    first = plain(next((cell for cell in cells if cell.strip()), ""))
    return split_unit(first)[0].rstrip(":")


def plain(text: str) -> str:
    """Full-width letters, digits and brackets as plain ones; no blanks; lower case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


@cache
def mappings() -> dict[str, Mapping]:
    """Every platform that can be read, by the name of its inbox folder. Raises ValueError for a broken file."""
    folder = files("ingestion.sources.channels.exports")
    found = {}
    for file in folder.iterdir():
        if file.name.endswith(".yaml"):
            mapping = Mapping.model_validate(yaml.safe_load(file.read_text("utf-8")))
            _check(file.name, mapping)
            found[mapping.platform] = mapping
    return found


def _check(file_name: str, mapping: Mapping) -> None:
    if mapping.entity not in _CONTRACTS:
        raise ValueError(f"{file_name}: entity must be one of {', '.join(_CONTRACTS)}")
    if file_name != f"{mapping.platform}.yaml":
        raise ValueError(f"{file_name}: the file is named like its platform {mapping.platform}")
    named = {*mapping.columns, *mapping.required, *mapping.default_units, *mapping.defaults}
    if unknown := sorted(named - set(mapping.fields)):
        raise ValueError(f"{file_name}: the contract has no column {unknown[0]}")
    words = [plain(word) for all_words in mapping.columns.values() for word in all_words]
    if twice := sorted({word for word in words if words.count(word) > 1}):
        raise ValueError(f"{file_name}: {twice[0]} stands for two columns")
    for name, unit in mapping.default_units.items():
        if plain(unit) not in UNITS[mapping.kind(name)]:
            raise ValueError(f"{file_name}: {name} cannot be in {unit}")
