"""Pulls the report dates of many accounts: plan, ask, land; one failing account never stops the others.

A platform module says how to connect to an account and what can be asked (`Question`); everything that
is the same for all platforms is here. What was asked, and with which outcome, is landed in `pulls`
together with the rows, in one batch per account.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pyarrow as pa

from ingestion.contract import Contract, pulls_contract
from ingestion.errors import SourceError
from ingestion.landing import Landing, LandingResult
from ingestion.manifest import Manifest
from ingestion.rest_client import ApiError
from ingestion.settings import Settings
from ingestion.sources.pull_plan import (
    DEFAULT_HISTORY_DAYS,
    Observations,
    days_of,
    needed_dates,
    ranges,
)
from ingestion.sources.questions import Answer, Connected, Question, TextRow
from ingestion.sources_config import ApiAccount

#: What reading an answer of an unexpected shape raises.
SHAPE_ERRORS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)

#: Later than every observation: an open date of a backfill is asked, however fresh its figures are.
_ALWAYS = datetime.max.replace(tzinfo=UTC)

log = logging.getLogger(__name__)

Account = TypeVar("Account", bound=ApiAccount)


@dataclass(frozen=True)
class FailedAccount:
    """`message` is one line without secrets."""

    platform: str
    account_id: str
    message: str


class PullResults(list[LandingResult]):
    """The batches that were landed; `failures` are the accounts that could not be pulled whole."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[FailedAccount] = []


class NoAccountPulled(SourceError):
    """Not one account could be pulled. `results` holds the batches with the failed pulls."""

    def __init__(self, message: str, results: PullResults) -> None:
        super().__init__(message)
        self.results = results


@dataclass
class _Gathered:
    """What one account gave so far."""

    tables: list[tuple[Contract, pa.Table, str]] = field(default_factory=list)
    pulls: list[dict[str, str | None]] = field(default_factory=list)
    failure: str | None = None
    complete_days: int = 0


def pull_accounts(
    settings: Settings,
    source: str,
    accounts: Sequence[Account],
    connect: Callable[[Account], Connected],
    contracts: Sequence[Contract],
    dates: Sequence[date] | None = None,
) -> PullResults:
    """Land what is needed of every account, of `dates` only when they are given. Raises NoAccountPulled.

    A date that was pulled whole after its restatement window is final and not asked again; to have it asked again,
    withdraw its batch.
    """
    results, is_any_good = PullResults(), False
    observations = Observations(Manifest(settings.data_dir), source)
    for account in accounts:
        gathered = _gather(settings, account, connect, contracts, dates, observations)
        if gathered.pulls and (landed := _land(settings, source, gathered)):
            results.append(landed)
        if gathered.failure is None or gathered.complete_days:
            is_any_good = True
        if gathered.failure is not None:
            log.warning("%s account %s: %s", source, account.account_id, gathered.failure)
            results.failures.append(FailedAccount(source, account.account_id, gathered.failure))
    if accounts and not is_any_good:
        first = results.failures[0]
        raise NoAccountPulled(
            f"{source}: none of {len(accounts)} accounts could be pulled; account {first.account_id}: "
            f"{first.message}; check its credentials and `endpoint` in sources.yaml and the network",
            results,
        )
    return results


def _gather(
    settings: Settings,
    account: Account,
    connect: Callable[[Account], Connected],
    contracts: Sequence[Contract],
    dates: Sequence[date] | None,
    observations: Observations,
) -> _Gathered:
    gathered = _Gathered()
    observed_at = settings.as_of.astimezone(UTC)
    try:
        connected = connect(account)
    except (ApiError, *SHAPE_ERRORS) as error:
        gathered.failure = _message(account, error)
        entities = [contract.entity for contract in contracts if contract.entity != "pulls"]
        for entity in entities:
            gathered.pulls.append(_pull_row(account, entity, None, observed_at, None, gathered.failure))
        return gathered
    for question in connected.questions:
        if gathered.failure is not None and not gathered.complete_days:
            break  # nothing could be had: more questions would only be refused again
        if question.date_column is None:
            asked_at = observations.state_of(account.account_id, question.entities)
            if dates is None and (asked_at is None or asked_at < question.stale_before):
                _ask(account, question, [None], connected.last_day, observed_at, gathered)
            continue
        wanted = _wanted_days(account, connected, question, dates, observations)
        for first, last in ranges(wanted, question.longest_days):
            if not _ask(account, question, days_of(first, last), connected.last_day, observed_at, gathered):
                break
    return gathered


def _wanted_days(
    account: ApiAccount,
    connected: Connected,
    question: Question,
    dates: Sequence[date] | None,
    observations: Observations,
) -> list[date]:
    """What is missing or may have changed; of a backfill's dates too, so that one that broke off goes on."""
    history = timedelta(days=DEFAULT_HISTORY_DAYS - 1)
    start = min(dates) if dates else account.start_date or connected.last_day - history
    needed = needed_dates(
        observations.of(account.account_id, question.entities),
        first=max(start, question.oldest_day or date.min),
        last=connected.last_day,
        restatement_days=question.restatement_days,
        zone=connected.zone,
        stale_before=question.stale_before if dates is None else _ALWAYS,
    )
    return needed if dates is None else sorted({*dates}.intersection(needed))


def _ask(
    account: ApiAccount,
    question: Question,
    days: Sequence[date | None],
    last_day: date,
    observed_at: datetime,
    gathered: _Gathered,
) -> bool:
    """Gather one range; [None] = the present state. False when the next ranges are better not asked now."""
    try:
        answer = question.ask(days[0] or last_day, days[-1] or last_day)
        counts = _count_days(account, question, answer, days)
    except (ApiError, *SHAPE_ERRORS) as error:
        if isinstance(error, ApiError) and error.kind == "too_large" and len(days) > 1:
            halves = days[: len(days) // 2], days[len(days) // 2 :]
            return all(_ask(account, question, half, last_day, observed_at, gathered) for half in halves)
        message = _message(account, error)
        if not (isinstance(error, ApiError) and error.kind == "not_ready"):
            gathered.failure = gathered.failure or message
        for entity in question.entities:
            for day in days:
                gathered.pulls.append(_pull_row(account, entity, day, observed_at, None, message))
        return question.goes_on and isinstance(error, ApiError) and error.kind == "fatal"
    for contract in question.contracts:
        if rows := answer[contract.entity]:
            gathered.tables.append((contract, text_table(contract, rows), question.endpoint))
        for day in days:
            rows_of_day = counts[contract.entity][day]
            gathered.pulls.append(_pull_row(account, contract.entity, day, observed_at, rows_of_day, None))
    gathered.complete_days += len(days)
    return True


def _message(account: ApiAccount, error: Exception) -> str:
    """The words of an ApiError are free of secrets; those of other errors may hold the answer itself."""
    if isinstance(error, ApiError):
        return str(error)
    return f"{account.platform}: the answer has an unexpected shape ({type(error).__name__})"


def _count_days(
    account: ApiAccount, question: Question, answer: Answer, days: Sequence[date | None]
) -> dict[str, dict[date | None, int]]:
    """Rows of each entity and day. Raises ApiError for a day that was not asked for or a repeated row."""
    counts: dict[str, dict[date | None, int]] = {
        entity: dict.fromkeys(days, 0) for entity in question.entities
    }
    by_text = {day.isoformat(): day for day in days if day}
    for contract in question.contracts:
        keys = set()
        for row in answer[contract.entity]:
            text = row[question.date_column] if question.date_column else None
            day = by_text.get(text or "")
            if day is None and question.date_column:
                raise ApiError(
                    f"{account.platform} {contract.entity}: answered the day {text!r}, "
                    f"asked were {days[0]} to {days[-1]}"
                )
            counts[contract.entity][day] += 1
            keys.add(tuple(row.get(column) for column in contract.key))
        if len(keys) != len(answer[contract.entity]):
            raise ApiError(
                f"{account.platform} {contract.entity}: rows of {days[0] or 'now'} to {days[-1] or 'now'} came "
                "twice (a repeated page?); nothing of them was kept, the next run asks again"
            )
    return counts


def _pull_row(
    account: ApiAccount,
    entity: str,
    day: date | None,
    observed_at: datetime,
    rows: int | None,
    message: str | None,
) -> dict[str, str | None]:
    return {
        "account_id": account.account_id,
        "entity": entity,
        "report_date": day.isoformat() if day else None,
        "observed_at": observed_at.isoformat(),
        "status": "failed" if rows is None else "complete",
        "rows": str(rows or 0),
        "message": message,
    }


def text_table(contract: Contract, rows: Sequence[TextRow]) -> pa.Table:
    """All business columns as text; columns that a row lacks are null."""
    schema = pa.schema([pa.field(field.name, pa.string()) for field in contract.fields])
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def _land(settings: Settings, source: str, gathered: _Gathered) -> LandingResult | None:
    with Landing(settings.data_dir, source, observed_at=settings.as_of) as landing:
        for contract in dict.fromkeys(contract for contract, _, _ in gathered.tables):
            parts = [(table, endpoint) for kind, table, endpoint in gathered.tables if kind == contract]
            landing.add(contract, pa.concat_tables([table for table, _ in parts]), file_name=parts[0][1])
        contract = pulls_contract(source)
        landing.add(contract, text_table(contract, gathered.pulls), file_name="pulls")
    return landing.result
