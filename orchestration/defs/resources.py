"""The resource of a run: the data folder under its writer lock, with the run's dbt process and emulated APIs."""

import os
from contextlib import ExitStack

import dagster as dg
from pydantic import PrivateAttr

from ingestion.settings import Settings
from orchestration.dbt_process import DbtProcess, EarlyDbt
from orchestration.expectations.judges import Judges
from orchestration.killed_runs import PROCESS_TAG, process_tag
from orchestration.lock import LockHeld, WriterLock, lock_of_this_process
from orchestration.pulling import serve_demo_apis, unknown_files

#: The one job that runs everything.
REFRESH = "refresh"
#: Where alerts go (orchestration/alerts/sending.py); without it there are none.
ALERT_URLS = "OPS_ALERT_URLS"
#: A daemon run that meets the lock of `make refresh` waits that often and that long for it.
LOCK_RETRIES, LOCK_RETRY_SECONDS = 60, 30


class Workspace(dg.ConfigurableResource):
    """The data folder. The lock and the emulated APIs live until the run's process is done with it."""

    _stack: ExitStack = PrivateAttr(default_factory=ExitStack)
    _settings: Settings | None = PrivateAttr(default=None)
    _lock: WriterLock | None = PrivateAttr(default=None)
    _demo_base_url: str | None = PrivateAttr(default=None)
    _dbt: DbtProcess | None = PrivateAttr(default=None)
    #: Where the run's events are, and its id; of a whole refresh only.
    _refresh: tuple[dg.DagsterInstance, str] | None = PrivateAttr(default=None)

    def enter(self, context: dg.AssetExecutionContext | dg.OpExecutionContext) -> Settings:
        """Hold the lock and return the run's settings, the same for every step (as-of is read once)."""
        if self._settings is None:
            settings = Settings.from_environment()
            context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: process_tag()})
            lock = lock_of_this_process(settings.data_dir)
            if lock is None:
                lock = WriterLock(settings.data_dir, f"Dagster job {context.job_name}")
                try:
                    self._stack.enter_context(lock)
                except LockHeld as held:
                    context.log.warning("%s", held)
                    raise dg.RetryRequested(LOCK_RETRIES, LOCK_RETRY_SECONDS) from held
            lock.note(context.run.run_id)
            self._settings, self._lock = settings, lock
            if context.job_name == REFRESH:
                self._refresh = context.instance, context.run.run_id
                self.dbt()  # reads the project while data is landed
                if unknown_files(settings):
                    Judges.start()
        return self._settings

    def dbt(self) -> DbtProcess:
        """The run's dbt process, started at the first call."""
        if self._lock is None:
            raise RuntimeError("enter() comes first")
        if self._dbt is None:
            self._dbt = EarlyDbt.take(self._lock)
            self._stack.callback(self._dbt.close)
        return self._dbt

    def demo_base_url(self) -> str:
        """Start the emulated APIs at the first call."""
        if self._settings is None:
            raise RuntimeError("enter() comes first")
        if self._demo_base_url is None:
            served = serve_demo_apis(self._settings.data_dir, self._settings.as_of)
            self._demo_base_url = self._stack.enter_context(served)
        return self._demo_base_url

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        Judges.close()
        self._stack.close()
        if self._settings is not None and self._refresh is not None and os.environ.get(ALERT_URLS):
            from orchestration.alerts.sending import alert  # rarely needed

            alert(self._settings, *self._refresh)
