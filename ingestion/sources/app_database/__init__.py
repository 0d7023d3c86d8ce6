"""The company's own databases. `pull(settings, databases)` lands what is new in their tables."""

from ingestion.sources.app_database.pulling import pull

__all__ = ["pull"]
