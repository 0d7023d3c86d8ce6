"""The text of an alert: one message a run, short enough for a phone, in Chinese or English."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from json import dumps

from orchestration.alerts.findings import Findings
from orchestration.report.apps import Subject
from orchestration.report.causes import Move
from orchestration.report.figures import Figures
from orchestration.report.kpis import Kpi, Target
from orchestration.report.words import Words

#: Lines of one kind, and bytes of all: WeCom takes 2,048.
LINES, BYTES = 5, 1_900
_TITLES = {
    "failed": ("运营数仓：未发布", "ops-warehouse: not published"),
    "found": ("运营数仓：{count} 项需要关注", "ops-warehouse: {count} thing(s) to look at"),
    "kept": ("读者看到的仍是上一次发布。", "Readers still see the last good publication."),
    "checks": ("未通过的阻断检查", "Failed blocking checks"),
    "steps": ("失败原因", "Why it failed"),
    "no_report": ("数据已发布，日报未生成", "Published, but the daily report was not written"),
    "late": ("迟到的来源", "Late sources"),
    "red": ("落后于目标", "Behind target"),
    "anomalies": ("异常指标", "Anomalies"),
    "more": ("……另有 {count} 项", "… and {count} more"),
}


@dataclass(frozen=True)
class Digest:
    """`identity` is equal for two digests that say the same."""

    title: str
    body: str
    identity: str


def compose(findings: Findings, language: str, report: str = "") -> Digest:
    """`report`: where the day's pages are; '' when none were written."""
    words, figures = findings.wording(language)

    def say(key: str, **values: object) -> str:
        return _TITLES[key][("zh", "en").index(language)].format(**values)

    names = findings.app_names
    is_failed = bool(findings.checks or findings.failed_steps)
    sections = {
        "checks": [_with(f"{check.name} ({check.asset})", check.message) for check in findings.checks],
        "steps": [] if findings.checks else findings.failed_steps,
        "no_report": [findings.no_report] if findings.no_report else [],
        "late": [_with(words.name(feed.source), feed.entity.replace("_", " ")) for feed in findings.late],
        "red": [_target(words, figures, *found) for found in findings.red],
        "anomalies": [_anomaly(words, figures, names, *found) for found in findings.anomalies],
    }
    blocks = [say("kept")] if is_failed else []
    for key, lines in sections.items():
        if lines:
            more = [say("more", count=len(lines) - LINES)] if len(lines) > LINES else []
            blocks.append("\n".join([say(key), *(f"• {line}" for line in lines[:LINES]), *more]))
    end = f"\n\n{words('report')}: {report}" if report else ""
    title = say("failed") if is_failed else say("found", count=findings.count)
    identity = sha256(dumps(findings.identity(), ensure_ascii=False).encode()).hexdigest()
    return Digest(title, _cut("\n\n".join(blocks), BYTES - len(end.encode())) + end, identity)


def _cut(text: str, size: int) -> str:
    """The whole lines that fit into so many bytes; the report has the rest."""
    if len(text.encode()) <= size:
        return text
    kept = ""
    for line in text.splitlines(keepends=True):
        if len((kept + line + "…").encode()) > size:
            break
        kept += line
    return kept + "…"


def _with(head: str, rest: str) -> str:
    return f"{head}: {rest}" if rest else head


def _join(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)


def _target(words: Words, figures: Figures, app: Subject, kpi: Kpi, target: Target) -> str:
    name = app.name or words("company")
    return _join(
        (
            name, figures.month(target.month), kpi.name(words.language), figures.value(target.value, kpi.kind),
            f"({words('target')} {figures.value(target.target, kpi.kind)}, "
            f"{words('pace')} {figures.percent(target.pacing)})",
        )
    )  # fmt: skip


def _anomaly(words: Words, figures: Figures, names: dict[str, str], app: Subject, move: Move) -> str:
    """`names`: app ids -> names, where the app itself is what moved."""
    band = f"{figures.value(move.usual_low, move.kpi.kind)} – {figures.value(move.now.high, move.kpi.kind)}"
    line = _join(
        (
            app.name or words("company"), figures.day(move.now.day), move.kpi.name(words.language),
            figures.value(move.now.value, move.kpi.kind), f"({words('usual')} {band})",
        )
    )  # fmt: skip
    if move.cause is None:
        return line
    main = move.cause.main
    driver = names.get(main.driver_value) or words.driver_value(move.cause.driver, main.driver_value)
    change = figures.difference(main.change, move.kpi.kind)
    return f"{line}; {words('mainly')} {words.name(move.cause.driver)} {driver} {change}"
