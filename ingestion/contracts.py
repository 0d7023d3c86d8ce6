"""Every contract of the warehouse, by source."""

from ingestion.contract import Contract
from ingestion.sources.ad_accounts import contracts as ad_accounts
from ingestion.sources.app_database import contracts as app_database
from ingestion.sources.app_events import contracts as app_events
from ingestion.sources.channels import contracts as channels
from ingestion.sources.ops_workbook import contracts as ops_workbook

CONTRACTS: tuple[Contract, ...] = (
    *app_events.CONTRACTS,
    *app_database.CONTRACTS,
    *ops_workbook.CONTRACTS,
    *ad_accounts.CONTRACTS,
    *channels.CONTRACTS,
)
