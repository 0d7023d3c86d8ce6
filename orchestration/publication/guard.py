"""The last look at KPIs before readers see them. Judged here and not before: it binds exactly what is published."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from ingestion.scratch import scratch_connection
from orchestration.child_process import ChildEnded
from orchestration.expectations import kpis
from orchestration.expectations.judges import Judges
from orchestration.expectations.kpi_view import kpi_view
from orchestration.expectations.runner import ExpectationRaised
from orchestration.expectations.suite import Frame, Judgement
from orchestration.freeze import WAREHOUSE
from orchestration.publication.accepted_days import accepted_days
from orchestration.publication.verify import CheckOutcome, NotPublishable
from orchestration.publication.write import DATABASE

USUAL, FRESH = "kpis_look_as_usual", "kpis_are_fresh"
#: Name -> what must hold, and whether publication stops where it does not.
CHECKS = {
    USUAL: (
        "New and corrected KPI values are values that such KPIs can have and near those of the weeks before; what is "
        "true all the same goes through with `make accept DAYS=...`.",
        True,
    ),
    FRESH: (
        f"Every KPI of an app that lives is complete at most {kpis.FRESH_DAYS} days after it could be.",
        False,
    ),
}
#: The asset that the checks stand at: publication can only check what it makes.
ASSET = "quality/publications"
_SHOWN = 10


def guard(
    data_dir: Path, judge: Callable[[str, list[Frame]], Judgement] = Judges.judge
) -> list[CheckOutcome]:
    """One outcome per check. Raises NotPublishable where the KPIs cannot be judged."""
    with scratch_connection(data_dir, "kpis") as connection:
        try:
            view = kpi_view(
                connection,
                data_dir / WAREHOUSE,
                data_dir / "published" / "current" / DATABASE,
                accepted_days(data_dir),
            )
            frames, late, open_days = kpis.frames(view), kpis.late(view), view.open_days()
        except duckdb.Error as error:
            raise NotPublishable(
                f"the KPIs cannot be judged: {' '.join(str(error).split())[:300]}"
            ) from error
    try:
        judgement = judge("kpis", frames)
    except (ExpectationRaised, ChildEnded) as error:
        raise NotPublishable(f"the KPIs cannot be judged: {error}") from error
    unusual = [str(unmet) for unmet in judgement.unmet]
    if unusual and open_days:
        unusual.append(f"if that is true all the same: make accept DAYS={open_days[0]}..{open_days[1]}")
    rows = sum(unmet.count for unmet in judgement.unmet)
    return [_outcome(USUAL, unusual, rows), _outcome(FRESH, late, len(late))]


def _outcome(name: str, found: Sequence[str], rows: int) -> CheckOutcome:
    is_blocking = CHECKS[name][1]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return CheckOutcome(
        ASSET, name, not found, is_blocking, "ERROR" if is_blocking else "WARN", rows,
        "\n".join([*found[:_SHOWN], *more]),
    )  # fmt: skip
