"""People who were erased, in rows that land: an old file that comes back brings rows without them, known already."""

import re
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ingestion.casting import literal
from ingestion.contract import Contract
from ingestion.erasure.erased_list import DEVICE, USER, ErasedList, PersonId
from ingestion.erasure.person_columns import PERSON_PROPERTIES, person_columns
from ingestion.erasure.person_rows import ErasedPeople
from ingestion.erasure.rewriting import rewrite_quarantine, rewrite_raw

#: Values of a line of JSON whose key speaks of an id or a user, and of any other line everything between commas.
_VALUE = re.compile(
    r'"[^"]*(?:id|user|login|creator|invite)[^"]*"\s*:\s*(?:"([^"]*)"|([^",}\]\s]+))', re.IGNORECASE
)


def erase_landed(
    connection: duckdb.DuckDBPyConnection, contract: Contract, raw: Path, erased: ErasedList | None
) -> None:
    """Rewrite a raw file that was just written where it names people who were erased."""
    columns = person_columns(contract)
    if erased is None or not columns:
        return
    found = erased.among(connection, candidates(contract, f"read_parquet({literal(str(raw))})", erased.apps))
    if found:
        rewrite_raw(connection, contract, raw, ErasedPeople(found, erased.content_mark))


def candidates(contract: Contract, relation: str, apps: set[str]) -> str:
    """Query for every (kind, app_id, id) of a relation's rows of these apps."""
    selects = [
        f"""select distinct '{kind}' as kind, app_id, "{name}" as id from {relation} where "{name}" is not null"""
        for name, kind in person_columns(contract).items()
    ]
    if contract.entity == "events":
        # Landed properties are JSON: one look into each text, and only where one of the names stands in it.
        named = " or ".join(f"contains(properties, '\"{name}\"')" for name in PERSON_PROPERTIES)
        paths = ", ".join(f"'$.{name}'" for name in PERSON_PROPERTIES)
        values = f"case when {named} then json_extract_string(properties, [{paths}]) end"
        selects.append(
            f"""select '{USER}', app_id, trim(id)
            from (select distinct app_id, unnest({values}) as id from {relation} where properties is not null)"""
        )
    listed = ", ".join(map(literal, sorted(apps)))
    return f"select * from ({' union all '.join(selects)}) where app_id in ({listed}) and id is not null"


def erase_quarantined(
    connection: duckdb.DuckDBPyConnection, quarantine: Path, erased: ErasedList | None
) -> None:
    """The same of lines that were put aside: whatever in them looks like an id is asked for."""
    if erased is None or not quarantine.exists():
        return
    texts = {
        text
        for row in pq.read_table(quarantine, columns=["raw_text"]).to_pylist()
        for text in _ids(row["raw_text"])
    }
    found: dict[PersonId, str] = {}
    for text in texts:
        for app in erased.apps:
            for kind in (USER, DEVICE):
                if tombstone := erased.tombstone_of((kind, app, text)):
                    found[kind, app, text] = tombstone
    if found:
        rewrite_quarantine(connection, quarantine, ErasedPeople(found, erased.content_mark))


def _ids(line: str | None) -> set[str]:
    if not line:
        return set()
    if line.lstrip().startswith("{"):
        return {quoted or bare for quoted, bare in _VALUE.findall(line)}
    return {text.strip(" \t\"'") for text in re.split("[,;\t]", line)}
