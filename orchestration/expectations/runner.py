"""Runs a suite on pandas frames with Great Expectations. Importing it costs seconds: only `judge` does."""

import logging
import os
from functools import cache
from typing import Any

from orchestration.expectations.lazy_modules import import_when_used
from orchestration.expectations.suite import Frame, Judgement, Unmet

#: Great Expectations imports them for expectations and charts of which no suite here makes use: 1 of its 3.4 CPU s.
_SELDOM_USED = ("altair", "scipy.stats")


class ExpectationRaised(Exception):
    """An expectation could not be computed; Great Expectations reports that as an ordinary failure."""


def judge(suite_name: str, frames: list[Frame]) -> Judgement:
    """Evaluate every frame that has rows. Raises ExpectationRaised instead of taking an error for a failure."""
    notes = [f"{frame.name}: {frame.note}" for frame in frames if frame.note]
    judged = [frame for frame in frames if frame.expectations and len(frame.rows)]
    evaluated, unmet = 0, list[Unmet]()
    for frame in judged:
        for result, expect in zip(_validate(suite_name, frame), frame.expectations, strict=True):
            evaluated += 1
            _raise_what_it_hides(suite_name, frame.name, result.exception_info)
            if not result.success:
                facts = result.result
                labelled = facts.get("unexpected_index_list") if frame.labels else None
                examples = labelled or facts.get("partial_unexpected_list") or [facts.get("observed_value")]
                count = int(facts.get("unexpected_count") or 1)
                unmet.append(Unmet(frame.name, expect.says, count, "; ".join(map(_shown, examples[:3]))))
    return Judgement(evaluated, tuple(unmet), tuple(notes))


def _validate(suite_name: str, frame: Frame) -> list[Any]:
    """One result per expectation, in order."""
    import great_expectations as gx

    batch = _definition(suite_name, frame.name).get_batch({"dataframe": frame.rows})
    # Frames are small: COMPLETE costs nothing and says which rows.
    shape: dict[str, Any] = {"result_format": "COMPLETE"}
    if frame.labels:
        shape["unexpected_index_column_names"] = list(frame.labels)
    results = []
    for expect in frame.expectations:
        expectation = getattr(gx.expectations, expect.kind)(**expect.arguments)
        results.append(batch.validate(expectation, result_format=shape))
    return results


@cache
def _source(suite_name: str) -> Any:
    return loaded().data_sources.add_or_update_pandas(suite_name)


@cache
def _definition(suite_name: str, frame_name: str) -> Any:
    """Making one costs 0.1 s, and a run judges a batch per account with the same frames."""
    asset = _source(suite_name).add_dataframe_asset(frame_name)
    return asset.add_batch_definition_whole_dataframe("whole")


@cache
def loaded() -> Any:
    """Great Expectations, imported and ready."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    for name in _SELDOM_USED:
        import_when_used(name)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def _raise_what_it_hides(suite_name: str, frame: str, info: Any) -> None:
    """`exception_info` is one dict, or one per metric."""
    entries = [info] if "raised_exception" in (info or {}) else list((info or {}).values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            raise ExpectationRaised(f"{suite_name}, {frame}: {entry.get('exception_message')}")


def _shown(value: Any) -> str:
    """'3' and not 'np.int64(3)'; a pair as 'a / b', a labelled row as 'key=value, ...'."""
    if isinstance(value, dict):
        return ", ".join(f"{label}={_shown(item)}" for label, item in value.items())
    if isinstance(value, float):
        return f"{value:.4g}"
    return " / ".join(map(_shown, value)) if isinstance(value, tuple | list) else str(value)
