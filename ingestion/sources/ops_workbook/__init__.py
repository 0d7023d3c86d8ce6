"""The tables that operations staff keep. `pull(settings)` lands every table that changed."""

from ingestion.sources.ops_workbook.pulling import pull

__all__ = ["pull"]
