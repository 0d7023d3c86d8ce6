"""What platforms let their users download (平台后台导出). `pull(settings)` lands every new file.

A platform is one YAML file beside this one: which of its columns is which, its formats, its words for a total.
"""

from ingestion.sources.channels.exports.pulling import pull

__all__ = ["pull"]
