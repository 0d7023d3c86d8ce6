"""The user marts of a company without Dagster: land, accept, freeze, and one `dbt build` of nothing else.

`with_tests` runs the data tests too: the identities between tables must hold on every company.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources import app_database, app_events, ops_workbook
from ingestion.sources_config import load_sources
from orchestration.freeze import WAREHOUSE, freeze
from tests.oracle.company import Company
from tests.oracle.company_files import write_company
from tests.oracle.warehouse import KEYS

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = REPOSITORY / "dbt_project"


#: The review reads the KPI layer, and these companies have no ads: both are tested through the whole pipeline.
TABLES = [name for name in KEYS if name not in ("fct_activity_review", "fct_ad_attribution_gap")]


class Workshop:
    """A folder in which one company after the other is built. dbt parses the project once, for the first one:
    it would again for another data folder."""

    def __init__(self, folder: Path, project: Path = PROJECT, with_tests: bool = True) -> None:
        self.data_dir, self.project = folder / "data", project
        self.kinds = ["model", "seed", *(["test"] if with_tests else [])]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("OPS_", "DBT_"))},
            "OPS_DATA_DIR": str(self.data_dir),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    @contextmanager
    def built(self, company: Company) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse of the company, read-only. Raises AssertionError when something of it did not land whole."""
        shutil.rmtree(self.data_dir, ignore_errors=True)
        settings = Settings.from_environment(write_company(company, self.data_dir))
        self._land(settings)
        freeze(settings, "oracle", "oracle")
        self._dbt()
        connection = duckdb.connect(str(self.data_dir / WAREHOUSE), read_only=True)
        connection.execute("set TimeZone = 'UTC'")
        try:
            yield connection
        finally:
            connection.close()

    def _land(self, settings: Settings) -> None:
        results = [
            *ops_workbook.pull(settings),
            *app_events.pull(settings),
            *app_database.pull(settings, load_sources(settings.data_dir).app_databases),
        ]
        manifest = Manifest(settings.data_dir)
        for result in results:
            assert not result.refused, result.refused
            if result.batch_id:
                manifest.set_state(result.batch_id, "accepted")
        aside = [
            (file.file_name, file.rows_quarantined)
            for entry in manifest.entries()
            for file in entry.files
            if file.rows_quarantined
        ]
        assert not aside, f"a random company is valid: {aside}"

    def _dbt(self) -> None:
        finished = subprocess.run(
            [REPOSITORY / ".venv/bin/dbt", "--quiet", "build", "--select", *(f"+{name}" for name in TABLES),
             "--resource-type", *self.kinds, "--indirect-selection", "buildable",
             "--project-dir", self.project, "--profiles-dir", self.project],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
            check=False,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stdout[-6000:]
