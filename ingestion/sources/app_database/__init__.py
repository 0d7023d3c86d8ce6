"""The company's own databases. `pull(settings, databases)` lands their tables whole, with the outcome of each."""

from ingestion.sources.app_database.pulling import pull

__all__ = ["pull"]
