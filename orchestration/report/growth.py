"""Channels by what they cost and brought, contents by what was read, activities by their review (复盘)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from orchestration.report.apps import Subject
from orchestration.report.published import COMPANY, Published, Row, with_company

#: Acquisition days of the channel table; those whose day 7 is over.
CHANNEL_DAYS = 28
#: Complete days of the content leaderboard, and its length.
CONTENT_DAYS, CONTENTS = 7, 10
#: Activities that ended longer ago are history.
ACTIVITY_DAYS, ACTIVITIES = 60, 6


@dataclass(frozen=True)
class Channel:
    """Users acquired in the window; money in the reporting currency; ratios are sums over sums."""

    name: str
    visits: int
    new_users: int
    cost: Decimal
    retained_d1: int
    revenue_d7: Decimal

    @property
    def cac(self) -> Decimal | None:
        return self.cost / self.new_users if self.new_users and self.cost else None

    @property
    def retention_d1(self) -> float | None:
        return self.retained_d1 / self.new_users if self.new_users else None

    @property
    def roi_d7(self) -> Decimal | None:
        return (self.revenue_d7 - self.cost) / self.cost if self.cost else None


@dataclass(frozen=True)
class Channels:
    first: date
    last: date
    rows: list[Channel]
    total: Channel


def read_channels(published: Published) -> dict[str, Channels]:
    """Channels of the newest acquisition days whose day 7 is over and whose costs have arrived, by new users.

    Spend outside an app's life (before its launch, of accounts that nobody mapped) is waited for by no day.
    """
    found = published.by_app(
        f"""with lived as (
            select app_id, period_start as acquisition_date from kpi.fct_kpi_current
            where kpi_code = 'active_users' and grain = 'day' and dimension = 'all'
        ),
        cohorts as (
            select channels.*, lived.app_id is not null as is_of_life
            from marts.fct_channel_daily channels left join lived using (app_id, acquisition_date)
        ),
        daily as (
            select * from {with_company("cohorts")}
        ),
        days as (
            select app_id, acquisition_date from daily
            group by app_id, acquisition_date
            having bool_and(is_mature_d7 and is_complete) filter (where is_of_life)
            qualify row_number() over (partition by app_id order by acquisition_date desc) <= {CHANNEL_DAYS}
        )
        select app_id, channel, min(min(acquisition_date)) over (partition by app_id) as first_date,
            max(max(acquisition_date)) over (partition by app_id) as last_date,
            cast(coalesce(sum(visits), 0) as bigint) as visits,
            cast(coalesce(sum(new_users), 0) as bigint) as new_users,
            cast(coalesce(sum(cost), 0) as decimal(28, 6)) as cost,
            cast(coalesce(sum(retained_d1), 0) as bigint) as retained_d1,
            cast(coalesce(sum(revenue_d7), 0) as decimal(28, 6)) as revenue_d7
        from daily semi join days using (app_id, acquisition_date)
        group by app_id, channel
        order by app_id, new_users desc, cost desc, channel"""
    )
    return {
        app_id: Channels(
            rows[0]["first_date"], rows[0]["last_date"], [_channel(row) for row in rows], _total(rows)
        )
        for app_id, rows in found.items()
    }


def _channel(row: Row) -> Channel:
    return Channel(
        row["channel"], row["visits"], row["new_users"], row["cost"], row["retained_d1"], row["revenue_d7"]
    )


def _total(rows: list[Row]) -> Channel:
    sums = {
        name: sum(row[name] for row in rows)
        for name in ("visits", "new_users", "cost", "retained_d1", "revenue_d7")
    }
    return Channel("", **sums)


@dataclass(frozen=True)
class Content:
    """One content over the days of the leaderboard, outside platforms included."""

    app_id: str
    title: str
    content_type: str | None
    source_type: str | None
    views: int
    engagement_rate: float | None
    shares: int
    net_revenue: Decimal


def read_contents(published: Published, subjects: list[Subject]) -> dict[str, list[Content]]:
    """The most viewed contents of the week that ends with each page's day."""
    ends = {subject.app_id: subject.day for subject in subjects}
    rows = published.by_app(
        f"""with ends as (
            select unnest(?) as app_id, cast(unnest(?) as date) as last_date
        ),
        sums as (
            select app_id, app as own_app, content_id, cast(sum(views) as bigint) as views,
                cast(coalesce(sum(likes), 0) + coalesce(sum(comments), 0) + coalesce(sum(shares), 0)
                    + coalesce(sum(favorites), 0) as bigint) as engagements,
                cast(coalesce(sum(shares), 0) as bigint) as shares,
                cast(coalesce(sum(net_revenue), 0) as decimal(28, 6)) as net_revenue
            from (
                select *, app_id as app from marts.fct_content_daily
                union all select * replace ('{COMPANY}' as app_id), app_id from marts.fct_content_daily
            ) daily
            join ends using (app_id)
            where not is_opening_balance and activity_date between last_date - {CONTENT_DAYS - 1} and last_date
            group by app_id, app, content_id having sum(views) > 0
            qualify row_number() over (partition by app_id order by sum(views) desc, content_id) <= {CONTENTS}
        )
        select sums.app_id, own_app, coalesce(nullif(title, ''), sums.content_id) as title, content_type,
            source_type, views, engagements, shares, net_revenue
        from sums left join marts.dim_contents contents
            on contents.app_id = own_app and contents.content_id = sums.content_id
        order by sums.app_id, views desc, sums.content_id""",
        [list(ends), [day.isoformat() for day in ends.values()]],
    )
    return {
        app_id: [
            Content(
                row["own_app"], row["title"], row["content_type"], row["source_type"], row["views"],
                row["engagements"] / row["views"], row["shares"], row["net_revenue"],
            )
            for row in found
        ]
        for app_id, found in rows.items()
    }  # fmt: skip


@dataclass(frozen=True)
class Activity:
    """The review of one activity; ratios and values as in fct_activity_review."""

    app_id: str
    name: str
    activity_type: str | None
    owner: str | None
    start: date
    end: date
    state: str
    facts: Row

    def status(self, direction: str) -> str:
        """green, amber or red, as the scorecard judges a target; none while it runs or where no direction is good."""
        attainment = self.facts["goal_attainment"]
        if attainment is None or self.state != "ended" or direction not in ("up", "down"):
            return "none"
        pace = Decimal(str(attainment)) if direction == "up" else 2 - Decimal(str(attainment))
        return "green" if pace >= 1 else "amber" if pace >= Decimal("0.9") else "red"


def read_activities(published: Published, subjects: list[Subject]) -> dict[str, list[Activity]]:
    """Running activities and those that ended in the last two months, the newest first."""
    rows = published.rows(
        """select plans.app_id, plans.activity_id, activity_name, activity_type, plans.owner, plans.start_date,
            plans.end_date, reviews.* exclude (app_id, activity_id, start_date, end_date)
        from marts.dim_activities plans
        left join marts.fct_activity_review reviews using (app_id, activity_id)
        order by plans.end_date desc, plans.activity_id"""
    )
    found: dict[str, list[Activity]] = {}
    for subject in subjects:
        for row in rows:
            is_ours = subject.is_company or row["app_id"] == subject.app_id
            is_news = row["end_date"] >= subject.day - timedelta(days=ACTIVITY_DAYS)
            if is_ours and is_news and len(found.get(subject.app_id, [])) < ACTIVITIES:
                found.setdefault(subject.app_id, []).append(_activity(row, subject.day))
    return found


def _activity(row: Row, day: date) -> Activity:
    state = "planned" if row["start_date"] > day else "running" if row["end_date"] >= day else "ended"
    return Activity(
        row["app_id"], row["activity_name"] or row["activity_id"], row["activity_type"], row["owner"],
        row["start_date"], row["end_date"], state, row,
    )  # fmt: skip
