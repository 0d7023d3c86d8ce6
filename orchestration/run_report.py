"""What went wrong in a run, in lines for a person: checks with their rows, steps with their reason."""

import re
from collections.abc import Iterator
from typing import Any

import dagster as dg

_COMMANDS = re.compile(r"make (?:accept|withdraw) (?:BATCH|DAYS)=[^\s`]+")


def failures(result: dg.ExecuteInProcessResult, make_suffix: str = "") -> list[str]:
    """Failed blocking checks first, each with how to see its rows, then the steps that failed for another reason."""
    lines: list[str] = []
    for check in _checks(result):
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
            lines.append(f"error: {_describe(check)}")
            lines.append(f"       see them: make rows CHECK={check.check_name}{make_suffix}")
    for event in result.all_events:
        if event.is_step_failure:
            reason = _reason(event.step_key or "", event.step_failure_data)
            if reason is not None:
                lines.append(f"error: {reason}")
    # Checks do not know whose data folder it is; the command has to be right when it is copied.
    return [_COMMANDS.sub(rf"\g<0>{make_suffix}", line) for line in lines]


def warnings(result: dg.ExecuteInProcessResult, make_suffix: str = "") -> list[str]:
    """One line per failed check that does not block."""
    return [
        f"warning: {_describe(check)}; see make rows CHECK={check.check_name}{make_suffix}"
        for check in _checks(result)
        if not check.passed and check.severity != dg.AssetCheckSeverity.ERROR
    ]


def _checks(result: dg.ExecuteInProcessResult) -> Iterator[Any]:
    for event in result.all_events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            yield event.event_specific_data


def _describe(check: Any) -> str:
    facts = {label: value.value for label, value in check.metadata.items()}
    rows = facts.get("failed_rows", facts.get("dagster_dbt/failed_row_count"))
    count = (
        ""
        if rows is None
        else f": {rows:,} row(s)"
        if "dagster_dbt/failed_row_count" in facts
        else f": {rows:,}"
    )
    message = " ".join(str(facts.get("message") or "").split())
    asset = check.asset_key.to_user_string()
    return f"check {check.check_name} failed on {asset}{count}{': ' + message if message else ''}"


def _reason(step: str, data: Any) -> str | None:
    """One line; None when a failed check said it already."""
    if data.user_failure_data is not None:
        return " ".join((data.user_failure_data.description or "a step failed").split())
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None or error.cls_name == "DagsterAssetCheckFailedError":
        return None
    return f"{step}: unexpected {error.cls_name}: {' '.join(error.message.split())[:300]}"
