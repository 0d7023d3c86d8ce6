"""Contents on outside platforms: what the downloads' cumulative counters say of each day (`fct_content_daily`)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.oracle.company import App, Company, Row
from tests.oracle.company_outside import COUNTERS

#: All counters of fct_content_daily that downloads may hold.
NAMES = ("impressions", "views", "completed_views", "likes", "comments", "shares", "favorites", "follows")
#: What no platform of ours tells.
UNTOLD = dict.fromkeys(("viewers", "view_seconds", "net_revenue"))


@dataclass
class Post:
    """A post in one account: `readings` by day, the last word on each; `first_word` when it was published."""

    app_id: str
    platform: str
    published: date | None = None
    readings: dict[date, Row] = field(default_factory=dict)

    def days(self) -> dict[date, Row]:
        """What each day added, by counter; None where it was not told. `is_opening`: of unknown earlier days too."""
        first = min(self.readings)
        late = self.published is None or first > self.published + timedelta(days=1)
        before: dict[str, int] = {}
        days = {}
        for day in sorted(self.readings):
            told = {name: self.readings[day].get(name) for name in NAMES}
            added = {name: None if now is None else now - before.get(name, 0) for name, now in told.items()}
            begins = any(value for name, value in added.items() if name not in before)
            before |= {name: now for name, now in told.items() if now is not None}
            if any(now is not None for now in told.values()):
                days[day] = {**added, "is_opening": late and (day == first or begins)}
        return days


@dataclass
class Feed:
    """Of one platform and app: the first day told of, and the last one that was over when it was told."""

    first: date
    covered: date


def posts_of(company: Company, apps: dict[str, App]) -> dict[tuple[str, str, str, str], Post]:
    """Keyed by app, platform, account and the platform's own id."""
    posts: dict[tuple[str, str, str, str], Post] = {}
    for download in sorted(company.downloads, key=lambda download: download["saved_at"]):
        if download["saved_at"] > company.as_of:
            continue
        app, platform = apps[download["app_id"]], download["platform"]
        seen_on = app.local_date(download["saved_at"])
        for row in download["rows"]:
            key = (app.app_id, platform, row["account_id"], row["external_content_id"])
            post = posts.setdefault(key, Post(app.app_id, platform))
            day = date.fromisoformat(row["stat_date"]) if row["stat_date"] else seen_on
            post.readings[day] = {name: row[name] for name in COUNTERS[platform]}
            if row["published_date"]:
                born = date.fromisoformat(row["published_date"])
                post.published = min(post.published or born, born)
    return posts


def feeds_of(company: Company, apps: dict[str, App]) -> dict[tuple[str, str], Feed]:
    feeds: dict[tuple[str, str], Feed] = {}
    for download in company.downloads:
        app = apps[download["app_id"]]
        seen_on = app.local_date(download["saved_at"])
        for row in download["rows"]:
            stated = date.fromisoformat(row["stat_date"]) if row["stat_date"] else None
            day = stated or seen_on
            covered = min(day, seen_on - timedelta(days=1)) if stated else day
            feed = feeds.setdefault((app.app_id, download["platform"]), Feed(day, covered))
            feed.first, feed.covered = min(feed.first, day), max(feed.covered, covered)
    return feeds


def outside_days_of(company: Company, apps: dict[str, App]) -> dict[tuple, Row]:
    """Keyed by app, content, platform and day."""
    feeds = feeds_of(company, apps)
    rows: dict[tuple, Row] = {}
    for (app_id, platform, _, external_id), post in posts_of(company, apps).items():
        feed = feeds[app_id, platform]
        for day, added in post.days().items():
            row = rows.setdefault(
                (app_id, f"{platform}:{external_id}", platform, day),
                {**dict.fromkeys(NAMES), **UNTOLD, "is_opening_balance": False,
                 "is_complete": feed.first <= day <= min(feed.covered, apps[app_id].last_day)},
            )  # fmt: skip
            for name in NAMES:
                if added[name] is not None:
                    row[name] = (row[name] or 0) + added[name]
            row["is_opening_balance"] |= added["is_opening"]
    return rows


def outside_performance_of(company: Company, apps: dict[str, App], ages: tuple[int, ...]) -> dict[tuple, Row]:
    """Rows of `fct_content_performance` keyed by app, content, channel (the platform, and all) and age."""
    feeds, published = feeds_of(company, apps), {}
    for (app_id, platform, _, external_id), post in posts_of(company, apps).items():
        if post.published:
            key = (app_id, f"{platform}:{external_id}", platform)
            published[key] = min(published.get(key, post.published), post.published)
    days: dict[tuple, dict[date, Row]] = {}
    for (*key, day), row in outside_days_of(company, apps).items():
        days.setdefault(tuple(key), {})[day] = row
    rows = {}
    for (app_id, content_id, platform), born in published.items():
        own, feed = days.get((app_id, content_id, platform), {}), feeds[app_id, platform]
        openings = [day for day, row in own.items() if row["is_opening_balance"]]
        for age in ages:
            last = born + timedelta(days=age - 1)
            unknown = bool(openings) and min(openings) > last
            inside = [] if unknown else [row for day, row in own.items() if born <= day <= last]
            if last > apps[app_id].running_day or not (inside or unknown):
                continue
            row = _summed(inside) | {
                "is_mature": not unknown and feed.first <= last <= min(feed.covered, apps[app_id].last_day)
            }
            rows[app_id, content_id, platform, age] = rows[app_id, content_id, "all", age] = row
    return rows


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _summed(days: list[Row]) -> Row:
    sums = {name: _sum([row[name] for row in days]) for name in NAMES}
    engaged = sum(sums[name] or 0 for name in ("likes", "comments", "shares", "favorites"))
    views, completed, shares = sums["views"], sums["completed_views"], sums["shares"]
    completable = _sum([row["views"] for row in days if row["completed_views"] is not None])
    return {
        **sums,
        **UNTOLD,
        "creator_id": None,
        "source_type": None,
        "engagement_rate": engaged / views if views else None,
        "completion_rate": completed / completable if completable and completed is not None else None,
        "share_rate": shares / views if views and shares is not None else None,
    }
