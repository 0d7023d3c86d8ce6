"""Calls the one `pull` of a source with what it needs. Connectors are imported only when they are called."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path

from ingestion.inbox import InboxFile, inbox_files
from ingestion.landing import LandingResult
from ingestion.manifest import Manifest
from ingestion.settings import Settings
from ingestion.sources.ad_accounts.platforms import PLATFORMS
from ingestion.sources_config import SourcesConfig, load_sources

#: Source -> module whose `pull(settings)` reads its inbox folder.
INBOX_SOURCES = {
    "app_events": "ingestion.sources.app_events",
    "ops_workbook": "ingestion.sources.ops_workbook",
    "platform_exports": "ingestion.sources.channels.exports",
}
#: Source -> module whose `pull(settings, accounts, dates=, demo_base_url=)` asks an API.
API_SOURCES = {
    **{platform.source: f"ingestion.sources.ad_accounts.{platform.source}" for platform in PLATFORMS},
    "wechat_official_account": "ingestion.sources.channels.wechat_official_account",
    "douyin": "ingestion.sources.channels.douyin",
    "ga4": "ingestion.sources.channels.ga4",
    "app_store": "ingestion.sources.channels.app_store",
    "google_play": "ingestion.sources.channels.google_play",
}
DATABASE_SOURCES = {"app_database": "ingestion.sources.app_database"}
SOURCES = (*INBOX_SOURCES, *DATABASE_SOURCES, *API_SOURCES)


@dataclass(frozen=True)
class PullContext:
    """`demo_base_url` starts the emulated APIs when it is first called. `dates` None = all that is needed."""

    settings: Settings
    demo_base_url: Callable[[], str]
    dates: Sequence[date] | None = None


@dataclass(frozen=True)
class Unpulled:
    """An account that could not be asked, or a file that could not be read."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


@dataclass(frozen=True)
class Pulled:
    """What came of one source."""

    batch_ids: tuple[str, ...]
    accounts: tuple[Unpulled, ...] = ()
    files: tuple[Unpulled, ...] = ()


def pull_source(source: str, context: PullContext) -> Pulled:
    """Land all that is new of a source. Raises ingestion.errors.SourceError with one clear line."""
    settings = context.settings
    if source in INBOX_SOURCES:
        results = import_module(INBOX_SOURCES[source]).pull(settings)
    else:
        config = load_sources(settings.data_dir)
        results = _ask(source, context, config)
    return _summary(results)


def _ask(source: str, context: PullContext, config: SourcesConfig) -> Sequence[LandingResult]:
    if source in DATABASE_SOURCES:
        if not config.app_databases:
            return []
        return import_module(DATABASE_SOURCES[source]).pull(context.settings, config.app_databases)
    accounts = config.of_platform(source)
    if not accounts:
        return []
    wants_demo = any(account.endpoint == "demo" for account in accounts)
    base_url = context.demo_base_url() if wants_demo else None
    pull = import_module(API_SOURCES[source]).pull
    return pull(context.settings, accounts, dates=context.dates, demo_base_url=base_url)


def _summary(results: Sequence[LandingResult]) -> Pulled:
    failures = getattr(results, "failures", ())
    return Pulled(
        tuple(result.batch_id for result in results if result.batch_id),
        tuple(Unpulled(f"{failure.platform} {failure.account_id}", failure.message) for failure in failures),
        tuple(Unpulled(file.file_name, file.reason) for result in results for file in result.refused),
    )


def unknown_files(settings: Settings, sources: Iterable[str] = INBOX_SOURCES) -> list[InboxFile]:
    """Inbox files that the manifest does not know. Reads names, sizes and the manifest; opens no file."""
    found: list[InboxFile] = []
    for source in sources:
        memory = Manifest(settings.data_dir).known_files(source)
        found.extend(
            file
            for file in inbox_files(settings.data_dir, source)
            if not memory.is_known(file.name, file.size, file.modified_ns)
        )
    return found


def serve_demo_apis(data_dir: Path, as_of: datetime) -> AbstractContextManager[str]:
    """The emulated vendor APIs of the demo company, on a free port of this machine."""
    from ingestion.demo.apis import serve

    return serve(data_dir / "company", as_of)
