"""A company as the pipeline receives it: what the outside world delivered up to a moment."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]


@dataclass
class Company:
    """All inputs of a run. Events are canonical event dicts, with their copies and their nonsense.

    Workbook and database rows are dicts by column name; dates are ISO text, moments ISO text in UTC,
    amounts decimal text. Missing keys and None mean empty.
    """

    as_of: datetime
    reporting_currency: str = "CNY"
    week_start: str = "monday"  # of the company; an app has its own
    events: list[Row] = field(default_factory=list)
    # Ops workbook
    apps: list[Row] = field(default_factory=list)
    event_catalog: list[Row] = field(default_factory=list)
    excluded_users: list[Row] = field(default_factory=list)
    fx_rates: list[Row] = field(default_factory=list)
    funnels: list[Row] = field(default_factory=list)
    funnel_steps: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    activity_groups: list[Row] = field(default_factory=list)
    calendar: list[Row] = field(default_factory=list)
    ad_accounts: list[Row] = field(default_factory=list)
    channel_costs: list[Row] = field(default_factory=list)
    # App database
    users: list[Row] = field(default_factory=list)
    contents: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    user_tier_changes: list[Row] = field(default_factory=list)
    points_ledger: list[Row] = field(default_factory=list)
    invitations: list[Row] = field(default_factory=list)
    # Outside: rows of the ad account, and downloads {app_id, platform, saved_at, rows} of platform exports
    ads: list[Row] = field(default_factory=list)
    downloads: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class App:
    """One app with its defaults filled in and its dates worked out."""

    app_id: str
    zone: ZoneInfo
    week_start: str
    currency: str
    launch_date: date | None
    events_since: date | None
    running_day: date  # A
    last_day: date  # L = A - 1

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def period_start(self, day: date, grain: str) -> date:
        if grain == "month":
            return day.replace(day=1)
        if grain == "week":
            first_weekday = 6 if self.week_start == "sunday" else 0
            return day - timedelta(days=(day.weekday() - first_weekday) % 7)
        return day

    def next_period(self, start: date, grain: str) -> date:
        if grain == "month":
            return (start + timedelta(days=31)).replace(day=1)
        return start + timedelta(days=7 if grain == "week" else 1)

    def period_end(self, start: date, grain: str) -> date:
        return self.next_period(start, grain) - timedelta(days=1)


def parse_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text}: a company writes its moments with an offset")
    return moment


def apps_of(company: Company) -> dict[str, App]:
    """The apps of the workbook and those that only data name: Asia/Shanghai, monday, CNY."""
    listed = {row["app_id"]: row for row in company.apps}
    tables = (
        company.events, company.users, company.contents, company.orders, company.user_tier_changes,
        company.points_ledger, company.invitations,
    )  # fmt: skip
    seen = {row["app_id"] for table in tables for row in table}
    apps = {}
    for app_id in listed.keys() | seen:
        row = listed.get(app_id, {})
        zone = ZoneInfo(row.get("timezone") or "Asia/Shanghai")
        running_day = company.as_of.astimezone(zone).date()
        launch, since = row.get("launch_date"), row.get("events_since")
        apps[app_id] = App(
            app_id=app_id,
            zone=zone,
            week_start=row.get("week_start") or "monday",
            currency=row.get("currency") or "CNY",
            launch_date=date.fromisoformat(launch) if launch else None,
            events_since=date.fromisoformat(since) if since else None,
            running_day=running_day,
            last_day=running_day - timedelta(days=1),
        )
    return apps
