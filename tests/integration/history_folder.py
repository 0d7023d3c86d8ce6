"""One data folder that histories are delivered to, step by step: landing, freezing and dbt, without Dagster."""

import json
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.contract import Contract
from ingestion.landing import Landing
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources import app_events
from ingestion.sources.app_database.contracts import ORDERS
from ingestion.sources.ops_workbook.contracts import ACTIVITIES, APPS, EVENT_CATALOG, EXCLUDED_USERS
from orchestration.freeze import WAREHOUSE, freeze
from orchestration.run_set import RunSet
from tests.integration.forked_dbt import MODELS, dbt_process

Row = dict[str, Any]
COMPARED = ("marts", "quality")
#: Read by no mart, since it is private.
ALSO_COMPARED = "int_user_properties"


@dataclass
class HistoryFolder:
    path: Path
    as_of: datetime
    code: str = "1"
    runs: int = 0
    deliveries: int = 0

    @property
    def settings(self) -> Settings:
        return Settings(self.path, self.as_of, as_of_is_fixed=True)

    @property
    def warehouse(self) -> Path:
        return self.path / WAREHOUSE

    def deliver_events(self, lines: Sequence[Row], files: int = 2) -> list[str]:
        """Lines in the given order over some files; lands and accepts them. Gives the batch ids.

        Lines with a `type` are operations on profiles of 神策 and go to its folder, the others are canonical events.
        """
        for number in range(files):
            self.deliveries += 1
            for place in (".", "sensors"):
                path = self.path / "inbox" / "app_events" / place / f"{self.deliveries:03}.ndjson"
                path.parent.mkdir(parents=True, exist_ok=True)
                part = [line for line in lines[number::files] if ("type" in line) == (place == "sensors")]
                path.write_text(
                    "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in part), "utf-8"
                )
        batches = [result.batch_id for result in app_events.pull(self.settings) if result.batch_id]
        for batch in batches:
            Manifest(self.path).set_state(batch, "accepted")
        return batches

    def deliver_workbook(
        self, apps: list[Row], catalog: list[Row], exclusions: list[Row], activities: list[Row]
    ) -> None:
        self._land({APPS: apps, EVENT_CATALOG: catalog, EXCLUDED_USERS: exclusions, ACTIVITIES: activities})

    def deliver_orders(self, rows: list[Row]) -> None:
        self._land({ORDERS: rows})

    def _land(self, tables: dict[Contract, list[Row]]) -> None:
        source = next(iter(tables)).source
        with Landing(self.path, source, observed_at=self.as_of) as landing:
            for contract, rows in tables.items():
                schema = pa.schema([(each.name, pa.string()) for each in contract.fields])
                table = pa.Table.from_pylist(
                    [{name: row.get(name) for name in schema.names} for row in rows], schema
                )
                landing.add(contract, table, file_name=f"inbox/{source}/{contract.entity}.csv")
        if landing.result is not None and landing.result.batch_id is not None:
            Manifest(self.path).set_state(landing.result.batch_id, "accepted")

    def freeze(self) -> RunSet:
        self.runs += 1
        return freeze(self.settings, f"run {self.runs}", self.code)

    def refresh(self) -> RunSet:
        """Freeze and one whole `dbt run`, recorded as a whole build; gives what was frozen."""
        batches = self.freeze()
        self.build()
        return batches

    def build(self, *models: str) -> None:
        output = self._log()
        process = dbt_process(self.path, output, models or MODELS)
        process.join()
        assert process.exitcode == 0, output.read_text("utf-8")[-5000:]
        self.execute(f"update meta.build set built_at = timestamp '{datetime.now(UTC):%Y-%m-%d %H:%M:%S}'")

    def execute(self, statement: str) -> None:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(statement)

    def killed_build(self, model: str) -> None:
        """Freeze and start dbt, which is killed as soon as it says that it built the model."""
        self.freeze()
        output = self._log()
        process = dbt_process(self.path, output)
        built = re.compile(rf"OK created .*[.]{model} ")
        while not built.search(output.read_text("utf-8")):
            assert process.is_alive(), f"{model} was never built: {output.read_text('utf-8')[-3000:]}"
            time.sleep(0.02)
        process.kill()
        process.join()

    def _log(self) -> Path:
        path = self.path / f"dbt-{self.runs}.txt"
        path.touch()
        return path

    def differences(self) -> list[str]:
        """Tables that a full rebuild over the same raw folder, in a fresh warehouse, makes otherwise."""
        kept = self.path / "kept.duckdb"
        shutil.move(self.warehouse, kept)
        self.refresh()
        rebuilt = self.path / "rebuilt.duckdb"
        shutil.move(self.warehouse, rebuilt)
        try:
            return list(_differences(kept, rebuilt))
        finally:
            shutil.move(kept, self.warehouse)
            rebuilt.unlink()


def _differences(kept: Path, rebuilt: Path) -> Iterator[str]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{kept}' as kept (read_only)")
        connection.execute(f"attach '{rebuilt}' as rebuilt (read_only)")
        tables = connection.execute(
            """select table_schema, table_name from information_schema.tables
            where table_catalog = 'rebuilt' and (table_schema in (select unnest(?)) or table_name = ?) order by all""",
            [list(COMPARED), ALSO_COMPARED],
        ).fetchall()
        assert len(tables) > 15, tables
        for schema, table in tables:
            for words, one, other in (("surplus", "kept", "rebuilt"), ("missing", "rebuilt", "kept")):
                query = f"from {one}.{schema}.{table} except all from {other}.{schema}.{table}"
                rows = connection.execute(query).fetchall()
                if rows:
                    yield f"{table}: {len(rows)} {words} rows, such as {rows[0]}"
