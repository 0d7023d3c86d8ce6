"""Accounts whose platform has a new day that was not asked for yet, or did not answer when it was."""

from ingestion.manifest import Manifest
from ingestion.ready_hours import ready_moment
from ingestion.settings import Settings
from ingestion.sources.pull_plan import Observations
from ingestion.sources_config import load_sources
from orchestration.pulling import API_SOURCES


def late_accounts(settings: Settings) -> list[str]:
    """'<platform> <account>' of those of which nothing came whole since their ready hour. Raises SourcesError."""
    config, manifest = load_sources(settings.data_dir), Manifest(settings.data_dir)
    late = []
    for source in API_SOURCES:
        accounts = config.of_platform(source)
        observations = Observations(manifest, source) if accounts else None
        for account in accounts:
            ready = ready_moment(account, source, settings.as_of, settings.reporting_timezone)
            newest = observations.newest(account.account_id) if observations else None
            if newest is None or newest < ready:
                late.append(f"{source} {account.account_id}")
    return late
