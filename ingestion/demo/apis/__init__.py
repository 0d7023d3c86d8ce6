"""Emulated vendor APIs over real HTTP: the demo company's ad accounts and channels, with faults on demand.

with serve(data_dir / "company", as_of) as base_url:
    google_ads.pull(settings, accounts, demo_base_url=base_url)
"""

from ingestion.demo.apis.faults import Fault
from ingestion.demo.apis.server import serve

__all__ = ["Fault", "serve"]
