"""Resources of a run: the data folder under its writer lock, and dbt."""

import os
import sys
from contextlib import ExitStack
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version
from pydantic import PrivateAttr

from ingestion.settings import Settings
from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.killed_runs import PROCESS_TAG, process_tag
from orchestration.lock import LockHeld, WriterLock, lock_of_this_process
from orchestration.pulling import serve_demo_apis

#: A daemon run that meets the lock of `make refresh` waits that often and that long for it.
LOCK_RETRIES, LOCK_RETRY_SECONDS = 60, 30


class Workspace(dg.ConfigurableResource):
    """The data folder. The lock and the emulated APIs live until the run's process is done with it."""

    _stack: ExitStack = PrivateAttr(default_factory=ExitStack)
    _settings: Settings | None = PrivateAttr(default=None)
    _demo_base_url: str | None = PrivateAttr(default=None)

    def enter(self, context: dg.AssetExecutionContext) -> Settings:
        """Hold the lock and return the run's settings, the same for every step (as-of is read once)."""
        if self._settings is None:
            settings = Settings.from_environment()
            context.instance.add_run_tags(context.run_id, {PROCESS_TAG: process_tag()})
            lock = lock_of_this_process(settings.data_dir)
            if lock is None:
                lock = WriterLock(settings.data_dir, f"Dagster job {context.job_name}")
                try:
                    self._stack.enter_context(lock)
                except LockHeld as held:
                    context.log.warning("%s", held)
                    raise dg.RetryRequested(LOCK_RETRIES, LOCK_RETRY_SECONDS) from held
            lock.note(context.run_id)
            self._settings = settings
        return self._settings

    def demo_base_url(self) -> str:
        """Start the emulated APIs at the first call."""
        if self._settings is None:
            raise RuntimeError("enter() comes first")
        if self._demo_base_url is None:
            served = serve_demo_apis(self._settings.data_dir, self._settings.as_of)
            self._demo_base_url = self._stack.enter_context(served)
        return self._demo_base_url

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        self._stack.close()


class Dbt(DbtCliResource):
    """dagster-dbt's runner without its two extra starts of dbt per invocation.

    `dbt --version` (3 s, asks PyPI) is answered by the installed package; the adapter handle (an import of dbt
    into this process, 5 s) serves only fetch_row_counts and fetch_column_metadata, which are not used.
    Remove both when dagster-dbt makes them optional.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> None:  # type: ignore[override]
        return None


def dbt_resource() -> Dbt:
    return Dbt(
        project_dir=str(DBT_PROJECT_DIR),
        profiles_dir=os.environ.get("DBT_PROFILES_DIR") or str(DBT_PROJECT_DIR),
        dbt_executable=str(Path(sys.executable).parent / "dbt"),
    )
