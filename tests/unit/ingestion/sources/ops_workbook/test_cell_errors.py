"""Whatever is wrong in a cell: the message says what, and what would be right; and what it shows as right is right."""

import pyarrow as pa
import pytest

from ingestion.contract import Contract, Field
from ingestion.sources.ops_workbook.cells import BadCell, cell_text, example
from ingestion.sources.ops_workbook.contracts import CONTRACTS

COLUMNS = [(contract, field) for contract in CONTRACTS for field in contract.fields]
ids = [f"{contract.entity}.{field.name}" for contract, field in COLUMNS]


def _wrong(contract: Contract, field: Field) -> list[str]:
    texts = [] if pa.types.is_string(field.type) and not field.choices else ["?", "31.02.2026 x", "--"]
    if field.required:
        texts.append(" ")
    if field.minimum is not None:
        texts.append(str(field.minimum - 1))
    if pa.types.is_integer(field.type):
        texts.append("1.5")
    if pa.types.is_date(field.type) or pa.types.is_timestamp(field.type):
        texts += ["2026-02-30", "2026/13/01", "45000"]
    if field.name in ("currency", "timezone"):
        texts.append("yuan")
    return texts


@pytest.mark.parametrize(("contract", "field"), COLUMNS, ids=ids)
def test_an_error_says_what_would_be_right(contract: Contract, field: Field) -> None:
    for text in _wrong(contract, field):
        with pytest.raises(BadCell) as raised:
            cell_text(contract, field, text)
        assert (
            "such as " in str(raised.value)
            or "write one of " in str(raised.value)
            or "write true" in str(raised.value)
        )
        assert raised.value.code


@pytest.mark.parametrize(("contract", "field"), COLUMNS, ids=ids)
def test_the_example_is_right(contract: Contract, field: Field) -> None:
    assert cell_text(contract, field, example(field))
