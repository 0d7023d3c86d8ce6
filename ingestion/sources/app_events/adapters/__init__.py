"""Vendor formats → the canonical event, one module a format. A file is of a format by its folder below app_events."""

from ingestion.sources.app_events.adapters.adapter import Adapter
from ingestion.sources.app_events.adapters.amplitude import AMPLITUDE
from ingestion.sources.app_events.adapters.ga4_export import GA4_EXPORT
from ingestion.sources.app_events.adapters.mixpanel import MIXPANEL
from ingestion.sources.app_events.adapters.segment import SEGMENT
from ingestion.sources.app_events.adapters.sensors import SENSORS
from ingestion.sources.app_events.adapters.snowplow import SNOWPLOW

ADAPTERS: dict[str, Adapter] = {
    adapter.format: adapter for adapter in (SEGMENT, SENSORS, GA4_EXPORT, AMPLITUDE, MIXPANEL, SNOWPLOW)
}

__all__ = ["ADAPTERS", "Adapter"]
