"""App events from files in inbox/app_events. `pull(settings)` lands everything that is new."""

from ingestion.sources.app_events.pulling import pull

__all__ = ["pull"]
