"""Whom a page is about, and for which day."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from orchestration.report.published import COMPANY, Published


@dataclass(frozen=True)
class Subject:
    """An app, or the company (app_id '*'). `day` is the newest day whose events are complete, local to the app.

    `last_day` is the newest day that is over: later than `day` when a feed has not arrived. `has_data` is false for
    an app of which nothing has come yet.
    """

    app_id: str
    name: str
    timezone: str | None
    day: date
    last_day: date
    has_data: bool

    @property
    def is_company(self) -> bool:
        return self.app_id == COMPANY

    @property
    def file_name(self) -> str:
        """Of the page: `company.html`, else `app-<id>.html` with anything but letters and digits escaped."""
        return "company.html" if self.is_company else f"app-{quote(self.app_id, safe='')}.html"


@dataclass(frozen=True)
class Publication:
    """`published_at` and `as_of` are UTC."""

    publication_id: str
    published_at: datetime
    as_of: datetime
    checks_passed: int


def read_subjects(published: Published) -> list[Subject]:
    """The company first, then its apps by name."""
    rows = published.rows(
        """with complete_days as (
            select app_id, max(period_start) filter (is_complete) as day
            from kpi.fct_kpi_current
            where kpi_code = 'active_users' and grain = 'day' and dimension = 'all'
            group by all
        ),
        apps as (
            select app_id, app_name, timezone, last_complete_date from marts.dim_apps
            union all
            select '*', '', null, (select min(last_complete_date) from marts.dim_apps)
        )
        select apps.app_id, app_name, timezone, coalesce(last_complete_date, current_date) as last_day,
            day, complete_days.app_id is not null as has_data
        from apps left join complete_days using (app_id)
        order by apps.app_id <> '*', app_name, apps.app_id"""
    )
    return [
        Subject(
            row["app_id"],
            row["app_name"],
            row["timezone"],
            min(row["day"] or row["last_day"], row["last_day"]),
            row["last_day"],
            row["has_data"],
        )
        for row in rows
    ]


def read_publication(published: Published) -> Publication:
    row = published.rows(
        """select publication_id, published_at, as_of, checks_passed
        from quality.publications order by published_at desc limit 1"""
    )[0]
    return Publication(**row)


def read_currency(published: Published, default: str) -> str:
    """The reporting currency that the KPIs are in."""
    rows = published.rows("select currency_code from kpi.fct_kpi where currency_code is not null limit 1")
    return str(rows[0]["currency_code"]) if rows else default
