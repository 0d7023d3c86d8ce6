"""What the ad account reports, and next to it what our attribution gives to its campaigns."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.oracle.company import Company, Row
from tests.oracle.company_outside import AD_ACCOUNT, AD_CURRENCY, AD_PLATFORM, AD_ZONE, CAMPAIGNS
from tests.oracle.facts import Facts
from tests.oracle.money import convert, rate_on

#: Days after which the platform no longer restates a day (seeds/ad_platforms.csv).
RESTATED = 14
WINDOWS = (1, 7, 30)
REST = "(unallocated)"
NOTHING = Decimal(0)


def spend_of(company: Company, row: Row) -> Decimal:
    """In the reporting currency."""
    day = date.fromisoformat(row["report_date"])
    return convert(Decimal(row["cost"]), rate_on(company, AD_CURRENCY, day))


def booking(campaign: str) -> tuple[str, str, str | None]:
    """(app, channel, activity) of a campaign; what belongs to none is booked as the workbook says of the account."""
    for app_id, name, _, channel, activity in CAMPAIGNS:
        if name == campaign:
            return app_id, channel, activity
    return "alpha", "wechat", None


def activity_costs_of(facts: Facts) -> dict[str, Decimal]:
    """Ads and costs without an ad account by activity, in the reporting currency."""
    company, costs = facts.company, dict[str, Decimal]()
    for row in company.ads:
        if activity := booking(row["campaign_id"])[2]:
            costs[activity] = costs.get(activity, NOTHING) + spend_of(company, row)
    for row in company.channel_costs:
        app, day = facts.apps[row["app_id"]], date.fromisoformat(row["cost_date"])
        if row["activity_id"] and day <= app.running_day:
            rate = rate_on(company, row["currency"] or app.currency, day)
            costs[row["activity_id"]] = costs.get(row["activity_id"], NOTHING) + convert(
                Decimal(row["amount"]), rate
            )
    return costs


def attribution_gap_of(facts: Facts, credits: dict[tuple, Row]) -> dict[tuple, Row]:
    """Keyed by app, day, channel, platform, account, campaign, model and window; the platform dates by touch."""
    company, own = facts.company, dict[tuple, list[Decimal]]()
    reported: dict[tuple[str, date, str, str], Row] = {}
    for row in company.ads:
        app_id, channel, _ = booking(row["campaign_id"])
        key = (app_id, date.fromisoformat(row["report_date"]), channel, row["campaign_id"])
        reported[key] = row
    channels = {(app_id, channel) for app_id, _, channel, _ in reported}
    models = set()
    for (app_id, _, model, number), row in credits.items():
        models.add(model)
        if not number or (app_id, row["channel"]) not in channels:
            continue
        day = row["touched_at"].astimezone(ZoneInfo(AD_ZONE)).date()
        campaign = _campaign(app_id, row["channel"], row["campaign"])
        for window in WINDOWS:
            if row["converted_at"] - row["touched_at"] <= timedelta(days=window):
                sums = own.setdefault(
                    (app_id, day, row["channel"], campaign, model, window), [NOTHING, NOTHING]
                )
                sums[0] += row["credit"]
                sums[1] += row["attributed_revenue"]
    rows = {}
    for app_id, day, channel, campaign in reported.keys() | {key[:4] for key in own}:
        said = reported.get((app_id, day, channel, campaign))
        for model in models:
            for window in WINDOWS:
                mine = own.get((app_id, day, channel, campaign, model, window), [NOTHING, NOTHING])
                key = (
                    app_id, day, channel, AD_PLATFORM, AD_ACCOUNT, campaign, model, f"{window}d",
                )  # fmt: skip
                rows[key] = _row(facts, app_id, day, said, mine, window)
    return rows


def _campaign(app_id: str, channel: str, called: str | None) -> str:
    """The campaign of the channel whose page, number or name the word is; pages carry the name."""
    word = (called or "").lower()
    for what in (2, 1):
        found = {
            row[1] for row in CAMPAIGNS if (row[0], row[3]) == (app_id, channel) and row[what].lower() == word
        }
        if found:
            return found.pop() if len(found) == 1 else "(unmatched)"
    return "(unmatched)"


def _row(facts: Facts, app_id: str, day: date, said: Row | None, mine: list[Decimal], window: int) -> Row:
    company, app, life = facts.company, facts.apps[app_id], facts.lives[app_id]
    today = company.as_of.astimezone(ZoneInfo(AD_ZONE)).date()
    first = date.fromisoformat(min(row["report_date"] for row in company.ads))
    rate = rate_on(company, AD_CURRENCY, day) if said else Decimal(1)
    spend = spend_of(company, said) if said else NOTHING
    conversions = Decimal(said["conversions"]) if said else NOTHING
    value = convert(Decimal(said["conversion_value"]), rate) if said else NOTHING
    complete = life.first_day <= day and life.is_whole(day, day) and first <= day < today
    settled = said is None or (today - day).days > RESTATED
    return {
        "time_basis": "touch",
        "spend": spend,
        "platform_conversions": conversions,
        "own_conversions": mine[0],
        "conversion_gap": conversions - mine[0],
        "conversion_ratio": float(conversions) / float(mine[0]) if mine[0] else None,
        "platform_value": value,
        "own_revenue": mine[1],
        "value_gap": value - mine[1],
        "value_ratio": float(value) / float(mine[1]) if mine[1] else None,
        "platform_roas": float(value) / float(spend) if spend else None,
        "own_roas": float(mine[1]) / float(spend) if spend else None,
        "is_complete": complete,
        "is_mature": complete and settled and day + timedelta(days=window) <= app.last_day,
    }
