"""Everything that a page says, read once for all pages from one published version."""

from dataclasses import dataclass
from datetime import date

from orchestration.report.apps import (
    Publication,
    Subject,
    read_currency,
    read_publication,
    read_subjects,
)
from orchestration.report.causes import Move, anomalies, explain, moves
from orchestration.report.channel_anomalies import read_channel_anomalies
from orchestration.report.growth import (
    Activity,
    Channels,
    Content,
    read_activities,
    read_channels,
    read_contents,
)
from orchestration.report.kpis import (
    TRENDS,
    Book,
    Day,
    Kpi,
    Target,
    Tile,
    read_books,
    read_kpi_words,
    read_targets,
    tiles,
)
from orchestration.report.published import Published
from orchestration.report.trust import Trust, read_trust
from orchestration.report.users import Funnel, Retention, read_funnels, read_retention

#: Columns of the comparison of apps.
COMPARED = ("dau", "new_users", "retention_d1", "net_revenue", "orders", "content_views")
#: Anomalies in the list; the table is for reading, not for search.
LISTED = 12


@dataclass(frozen=True)
class PageFacts:
    """One page. `trends`: a KPI and its days, running days included; `compared`: each app's newest days."""

    subject: Subject
    subjects: list[Subject]
    publication: Publication
    currency: str
    zone: str
    kpis: dict[str, Kpi]
    tiles: list[Tile]
    trends: list[tuple[Kpi, list[Day]]]
    moves: list[Move]
    anomalies: list[Move]
    targets: list[tuple[Kpi, Target]]
    compared: list[tuple[Subject, dict[str, Day]]]
    retention: Retention | None
    funnels: list[Funnel]
    channels: Channels | None
    contents: list[Content]
    activities: list[Activity]
    trust: Trust

    def app_name(self, app_id: str) -> str:
        return next((subject.name for subject in self.subjects if subject.app_id == app_id), app_id)


def read_pages(published: Published, zone: str, default_currency: str) -> list[PageFacts]:
    """A page for the company and for each app. `zone`: the reporting time zone, in which moments are told."""
    subjects = read_subjects(published)
    publication, trust = read_publication(published), read_trust(published)
    currency = read_currency(published, default_currency)
    kpis, books = read_kpi_words(published), read_books(published, subjects)
    targets = read_targets(published)
    book = {subject.app_id: books.get(subject.app_id, Book({})) for subject in subjects}
    told = {subject.app_id: moves(subject, book[subject.app_id], kpis) for subject in subjects}
    odd = {subject.app_id: anomalies(subject, book[subject.app_id], kpis)[:LISTED] for subject in subjects}
    told, odd = _explained(published, told, odd)
    odd = _with_channels(odd, read_channel_anomalies(published, subjects, kpis))
    retention, funnels = read_retention(published), read_funnels(published)
    channels, contents = read_channels(published), read_contents(published, subjects)
    activities = read_activities(published, subjects)
    compared = [
        (subject, _newest(book[subject.app_id], subject.day))
        for subject in subjects
        if not subject.is_company
    ]
    return [
        PageFacts(
            subject=subject,
            subjects=subjects,
            publication=publication,
            currency=currency,
            zone=zone,
            kpis=kpis,
            tiles=tiles(subject, book[subject.app_id], kpis, targets),
            trends=_trends(book[subject.app_id], subject, kpis),
            moves=told[subject.app_id],
            anomalies=odd[subject.app_id],
            targets=[
                (kpis[code], target)
                for (app_id, code, month), target in sorted(targets.items())
                if app_id == subject.app_id and month == subject.day.replace(day=1) and code in kpis
            ],
            compared=compared if subject.is_company else [],
            retention=retention.get(subject.app_id),
            funnels=funnels.get(subject.app_id, []),
            channels=channels.get(subject.app_id),
            contents=contents.get(subject.app_id, []),
            activities=activities.get(subject.app_id, []),
            trust=trust,
        )
        for subject in subjects
    ]


def _explained(
    published: Published, told: dict[str, list[Move]], odd: dict[str, list[Move]]
) -> tuple[dict[str, list[Move]], dict[str, list[Move]]]:
    """The causes of both lists by one read."""
    both = explain(published, {app_id: [*told[app_id], *odd[app_id]] for app_id in told})
    return (
        {app_id: found[: len(told[app_id])] for app_id, found in both.items()},
        {app_id: found[len(told[app_id]) :] for app_id, found in both.items()},
    )


def _with_channels(odd: dict[str, list[Move]], channels: dict[str, list[Move]]) -> dict[str, list[Move]]:
    """Newest day first, of a day the totals first."""
    return {
        app_id: sorted([*found, *channels.get(app_id, [])], key=lambda move: move.now.day, reverse=True)[
            :LISTED
        ]
        for app_id, found in odd.items()
    }


def _newest(book: Book, day: date) -> dict[str, Day]:
    found = {code: book.newest(code, day) for code in COMPARED}
    return {code: newest for code, newest in found.items() if newest}


def _trends(book: Book, subject: Subject, kpis: dict[str, Kpi]) -> list[tuple[Kpi, list[Day]]]:
    """Six weeks up to the running day; KPIs without any value are left out."""
    found = []
    for code in TRENDS:
        days = book.recent(code, subject.day)
        if code in kpis and any(day.value is not None and day.is_complete for day in days):
            found.append((kpis[code], days))
    return found
