"""What is worth an alert: why a run did not publish; of a publication late sources, red KPIs and anomalies."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from dagster import AssetCheckSeverity, DagsterEventType, DagsterInstance

from ingestion.settings import Settings
from orchestration.defs.report import WRITTEN
from orchestration.report.apps import Subject, read_currency, read_subjects
from orchestration.report.causes import Move, explain, moves
from orchestration.report.channel_anomalies import read_channel_anomalies
from orchestration.report.figures import Figures
from orchestration.report.kpis import Book, Kpi, Target, read_books, read_kpi_words, read_targets
from orchestration.report.published import open_published
from orchestration.report.trust import Feed, read_trust
from orchestration.report.words import Words

#: Of an error message; a digest is read on a phone.
_MESSAGE = 160


@dataclass(frozen=True)
class BlockingCheck:
    """A blocking check that failed in the run."""

    name: str
    asset: str
    message: str


@dataclass(frozen=True)
class Findings:
    """`failed_steps`: reasons in one line each. `red` and `anomalies` name the app they belong to.

    `day`: of the run, in the reporting time zone. `no_report`: why the day's pages were not written; '' when they were.
    """

    checks: list[BlockingCheck]
    failed_steps: list[str]
    late: list[Feed]
    red: list[tuple[Subject, Kpi, Target]]
    anomalies: list[tuple[Subject, Move]]
    currency: str
    day: date
    app_names: dict[str, str] = field(default_factory=dict)
    no_report: str = ""

    def __bool__(self) -> bool:
        return bool(
            self.checks or self.failed_steps or self.no_report or self.late or self.red or self.anomalies
        )

    @property
    def count(self) -> int:
        told = len(self.checks) + bool(self.no_report) + len(self.late) + len(self.red) + len(self.anomalies)
        return told or len(self.failed_steps)

    def identity(self) -> list[list[str]]:
        """The same for the same worries of the same day, however often a run finds them."""
        return sorted(
            [["check", check.name, check.asset] for check in self.checks]
            + [["step", self.day.isoformat(), reason] for reason in self.failed_steps[:1] if not self.checks]
            + [["no report"] for _ in range(bool(self.no_report))]
            + [["late", feed.source, str(feed.expected_by)] for feed in self.late]
            + [["red", app.app_id, kpi.code, str(app.day)] for app, kpi, _ in self.red]
            + [["anomaly", app.app_id, move.kpi.name_en, str(move.now.day)] for app, move in self.anomalies]
            + [["day", self.day.isoformat()]]
        )

    def wording(self, language: str) -> tuple[Words, Figures]:
        return Words(language), Figures(language, self.currency)


def of_failed_run(settings: Settings, instance: DagsterInstance, run_id: str) -> Findings:
    """Why it did not publish. What readers still see was told when it was published."""
    checks, reasons = [], []
    for entry in instance.all_logs(
        run_id, of_type={DagsterEventType.ASSET_CHECK_EVALUATION, DagsterEventType.STEP_FAILURE}
    ):
        event = entry.dagster_event
        if event is None:
            continue
        if event.is_step_failure:
            reasons.append(_reason(event.step_key or "", event.step_failure_data))
            continue
        result: Any = event.event_specific_data
        if not result.passed and result.severity == AssetCheckSeverity.ERROR:
            facts = {label: value.value for label, value in result.metadata.items()}
            message = _line(str(facts.get("message") or ""))
            checks.append(BlockingCheck(result.check_name, result.asset_key.to_user_string(), message))
    checks = [replace(check, message=check.message or _said_of(check.name, reasons)) for check in checks]
    return Findings(checks, reasons, [], [], [], settings.reporting_currency, _today(settings))


def of_publication(settings: Settings) -> Findings:
    """Of what readers now see: late sources, months behind their target, anomalies of each app's newest day."""
    with open_published(settings.data_dir) as published:
        subjects = [subject for subject in read_subjects(published) if subject.has_data]
        kpis, targets = read_kpi_words(published), read_targets(published)
        books = read_books(published, subjects) if subjects else {}
        told = {
            subject.app_id: [
                move
                for move in moves(subject, books.get(subject.app_id, Book({})), kpis)
                if move.now.is_anomaly
            ]
            for subject in subjects
        }
        told = explain(published, told)
        for app_id, found in read_channel_anomalies(published, subjects, kpis).items():
            told[app_id] = [*told[app_id], *_fell_to_nothing(found)]
        late = read_trust(published).late
        currency = read_currency(published, settings.reporting_currency)
    red = [
        (subject, kpis[code], target)
        for subject in subjects
        for (app_id, code, month), target in sorted(targets.items())
        if app_id == subject.app_id and month == subject.day.replace(day=1)
        and target.status == "red" and code in kpis
    ]  # fmt: skip
    anomalies = [(subject, move) for subject in subjects for move in told[subject.app_id]]
    names = {subject.app_id: subject.name for subject in subjects}
    return Findings([], [], late, red, anomalies, currency, _today(settings), names)


def why_no_report(instance: DagsterInstance, run_id: str) -> str:
    """In one line; '' when the run wrote the daily report."""
    evaluations = instance.all_logs(run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION)
    results: list[Any] = [one.dagster_event.event_specific_data for one in evaluations if one.dagster_event]
    failed = [one for one in results if one.check_name == WRITTEN and not one.passed]
    return next((_line(str(one.metadata["message"].value)) for one in failed), "")


def _today(settings: Settings) -> date:
    """Of the people who are told: in the reporting time zone."""
    return settings.as_of.astimezone(ZoneInfo(settings.reporting_timezone)).date()


def _fell_to_nothing(found: list[Move]) -> list[Move]:
    """Of the channels out of their band those that brought nothing on the newest of these days."""
    return [move for move in found if not move.now.value and move.now.day == found[0].now.day]


def _reason(step: str, data: Any) -> str:
    if data.user_failure_data is not None:
        return _line(data.user_failure_data.description or "a step failed")
    error = data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return _line(f"{step}: {error.cls_name}: {error.message}") if error else step


def _said_of(name: str, reasons: list[str]) -> str:
    """What the reason of a failed step says of a check that has no words itself: a dbt test."""
    return next((found for reason in reasons if (found := reason.partition(f"{name}: ")[2])), "")


def _line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _MESSAGE else f"{words[:_MESSAGE]}…"
