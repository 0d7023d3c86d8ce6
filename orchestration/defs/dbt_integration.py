"""dagster-dbt without dbt in this process: dbt builds in one of its own, and its import costs a second in every other.

dagster-dbt works beside dbt Fusion, where dbt-core is not installed: then it keeps its own names of dbt's statuses,
and cannot evaluate dbt's selection language, so the manifest that it is given holds what is selected.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_PROOF = "dbt.version"  # what dagster-dbt looks for


@contextmanager
def _hidden(module: str) -> Iterator[None]:
    modules: dict[str, Any] = sys.modules
    before = modules.get(module)
    modules[module] = None  # an import of it fails
    try:
        yield
    finally:
        if before is None:
            del modules[module]
        else:
            modules[module] = before


with _hidden(_PROOF):
    from dagster_dbt import DagsterDbtTranslator, dbt_assets
    from dagster_dbt.asset_utils import (
        get_manifest_and_translator_from_dbt_assets,
        get_updated_cli_invocation_params_for_context,
    )
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

__all__ = [
    "DagsterDbtTranslator",
    "DbtCoreCliEventMessage",
    "dbt_assets",
    "get_manifest_and_translator_from_dbt_assets",
    "get_updated_cli_invocation_params_for_context",
]
