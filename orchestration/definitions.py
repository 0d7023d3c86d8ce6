"""What Dagster loads (`[tool.dagster]`). Assembles, nothing else."""

import dagster as dg

from ingestion.settings import Settings
from orchestration.dbt_manifest import read_manifest
from orchestration.defs.dbt_words import frozen_state
from orchestration.defs.documents import with_document
from orchestration.defs.ingestion import source_assets
from orchestration.defs.jobs import daily_schedule, inbox_sensor, refresh_job
from orchestration.defs.maintenance import audit_job, maintenance_schedules, prune_job
from orchestration.defs.publication import published_tables
from orchestration.defs.report import daily_report
from orchestration.defs.resources import Workspace
from orchestration.defs.transformation import dbt_models


@dg.definitions
def defs() -> dg.Definitions:
    settings = Settings.from_environment()
    sources, models = source_assets(settings), dbt_models()
    published = published_tables(models, sources)
    assets: list[dg.AssetsDefinition | dg.AssetSpec]
    assets = [*sources, *frozen_state(read_manifest()), models, published, daily_report()]
    return dg.Definitions(
        assets=dg.map_asset_specs(with_document, assets),
        jobs=[refresh_job, audit_job, prune_job],
        schedules=[daily_schedule(settings), *maintenance_schedules(settings)],
        sensors=[inbox_sensor()],
        resources={"workspace": Workspace()},
        executor=dg.in_process_executor,
    )
