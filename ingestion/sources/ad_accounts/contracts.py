"""Raw tables of ad platforms. Amounts keep the platform's own unit; staging turns them into currency."""

from functools import cache

from ingestion.contract import Contract, Field, boolean, date, decimal, integer, pulls_contract, text
from ingestion.sources.ad_accounts.platforms import BY_SOURCE, PLATFORMS, AdPlatform, MoneyUnit

_SUFFIX: dict[MoneyUnit, str] = {"units": "", "fen": "_fen", "micros": "_micros"}
_WORDS: dict[MoneyUnit, str] = {
    "units": "in units of the account's currency",
    "fen": "in hundredths of the account's currency (分)",
    "micros": "in millionths of the account's currency",
}
_ACCOUNT_ID = text("account_id", "Ad account.", required=True)
_ACCOUNT = (
    _ACCOUNT_ID,
    text("account_name", "Its name."),
    text("currency_code", "ISO 4217 currency of the account.", required=True),
    text("time_zone", "IANA zone of the account's days.", required=True),
)
_GROUPS = (
    text("campaign_id", "Campaign.", required=True),
    text("campaign_name", "Its name."),
    text("ad_group_id", "Ad group: what a platform has between campaign and ad.", required=True),
    text("ad_group_name", "Its name."),
)
_ADS = (text("ad_id", "Ad.", required=True), text("ad_name", "Its name."))
_REPORT_DATE = date("report_date", "Day in the account's time zone.", required=True)
_COUNTS = (
    integer("impressions", "Impressions (展示).", required=True, minimum=0),
    integer("clicks", "Clicks (点击).", required=True, minimum=0),
    decimal("conversions", "Conversions as the platform attributes them.", minimum=0),
)
_VIDEO = integer("video_views", "Video views.", minimum=0)
_GROUP_KEY = ("account_id", "campaign_id", "ad_group_id")
_AD_KEY = (*_GROUP_KEY, "ad_id")
#: Of an ad; null in the rows of what the account states of itself.
_AD_OR_ACCOUNT = (
    text("campaign_id", "Campaign; null in the account's own rows."),
    text("ad_group_id", "Ad group; null in the account's own rows."),
    text("ad_id", "Ad; null in the account's own rows."),
)


def amount(
    name: str, description: str, unit: MoneyUnit, *, required: bool = False, minimum: int | None = 0
) -> Field:
    """Money in the platform's unit, which stands in the column's name unless it is whole currency units."""
    name, description = name + _SUFFIX[unit], f"{description}, {_WORDS[unit]}."
    if unit == "units":
        return decimal(name, description, required=required, unit=unit, minimum=minimum)
    return integer(name, description, required=required, unit=unit, minimum=minimum)


def money_column(source: str, entity: str, name: str) -> str:
    """The raw column that holds an amount: `cost` of Google Ads is `cost_micros`."""
    names = [field.name for field in contract(source, entity).fields]
    return next(column for column in (name + suffix for suffix in _SUFFIX.values()) if column in names)


@cache
def platform_contracts(source: str) -> tuple[Contract, ...]:
    """Of one platform, `pulls` included."""
    platform = BY_SOURCE[source]
    contracts = [
        _ad_performance(platform),
        _account_performance(platform),
        _conversions(platform),
        _accounts(platform),
        _ads(platform),
    ]
    if platform.has_hours:
        contracts.append(_hourly_performance(platform))
    if platform.has_keywords:
        contracts.append(_keyword_performance(platform))
    return (*contracts, pulls_contract(source))


def contract(source: str, entity: str) -> Contract:
    return next(one for one in platform_contracts(source) if one.entity == entity)


def _figures(platform: AdPlatform) -> tuple[Field, ...]:
    value = amount("conversion_value", "Their value", platform.value)
    return (_REPORT_DATE, amount("cost", "Spend", platform.cost, required=True), *_COUNTS, value, _VIDEO)


def _ad_performance(platform: AdPlatform) -> Contract:
    return Contract(
        platform.source, "ad_performance",
        f"Daily performance of {platform.title} ads. One row per account, ad, report date and pull.",
        (*_ACCOUNT, *_GROUPS, *_ADS, *_figures(platform)), (*_AD_KEY, "report_date"),
    )  # fmt: skip


def _account_performance(platform: AdPlatform) -> Contract:
    return Contract(
        platform.source, "account_performance",
        f"Daily totals of {platform.title} accounts, for reconciliation. One row per account, report date and pull.",
        (*_ACCOUNT, *_figures(platform)), ("account_id", "report_date"),
    )  # fmt: skip


def _accounts(platform: AdPlatform) -> Contract:
    return Contract(
        platform.source, "accounts",
        f"{platform.title} accounts as they were when asked. One row per account and pull.",
        (
            *_ACCOUNT,
            amount("balance", "Money left in the account, where the platform offers it", platform.cost, minimum=None),
            amount("daily_budget", "Budget of the account for a day, where it has one", platform.cost),
        ),
        ("account_id",),
    )  # fmt: skip


def _ads(platform: AdPlatform) -> Contract:
    return Contract(
        platform.source, "ads",
        f"{platform.title} ads as they were when asked. One row per account, ad and pull.",
        (
            _ACCOUNT_ID, *_GROUPS, *_ADS,
            text("status", "State of the ad in the platform's own word."),
            text("landing_url", "Page that the ad leads to, with its utm parameters."),
        ),
        _AD_KEY,
    )  # fmt: skip


def _conversions(platform: AdPlatform) -> Contract:
    return Contract(
        platform.source, "conversions",
        f"Daily conversions of {platform.title} ads, and of the account as a whole (ad_id null), by what was done and "
        "how it is attributed. One row per account, ad, report date, action, attribution_window, touch_type, "
        "time_basis and pull.",
        (
            *_ACCOUNT, *_AD_OR_ACCOUNT, _REPORT_DATE,
            text("action", "What was done, in the platform's own word.", required=True),
            text("counts_as", "Kind of action; overlapping actions share one.", required=True),
            boolean("is_counted", "The action counts in its kind; one that overlaps it does not.", required=True),
            boolean("is_canonical", "Part of the conversions that the ad's own row states.", required=True),
            text("attribution_window", "Days between, such as 7d; `account` = as set there.", required=True),
            text("touch_type", "What it is attributed to.", required=True, choices=("click", "view", "any")),
            text("time_basis", "Day it is booked on: that of the touch, of the conversion, or mixed.", required=True,
                 choices=("touch", "conversion", "mixed")),
            decimal("conversions", "How often.", required=True, minimum=0),
            amount("conversion_value", "Value", platform.value),
        ),
        (*_AD_KEY, "report_date", "action", "attribution_window", "touch_type", "time_basis"),
    )  # fmt: skip


def _hourly_performance(platform: AdPlatform) -> Contract:
    return Contract(
        platform.source, "hourly_performance",
        f"Performance of {platform.title} ads, and of the account as a whole (ad_id null), by the hour: only of "
        "accounts whose days are not the app's. One row per account, ad, report date, hour and pull.",
        (
            *_ACCOUNT, *_AD_OR_ACCOUNT, *_figures(platform),
            integer("hour", "Hour of that day, from 0.", required=True, minimum=0, maximum=23),
        ),
        (*_AD_KEY, "report_date", "hour"),
    )  # fmt: skip


def _keyword_performance(platform: AdPlatform) -> Contract:
    return Contract(
        platform.source, "keyword_performance",
        f"Daily performance of {platform.title} keywords. "
        "One row per account, ad group, keyword, report date and pull.",
        (
            *_ACCOUNT, *_GROUPS,
            text("keyword_id", "Keyword (关键词).", required=True),
            text("keyword_text", "Its words."),
            text("match_type", "How closely a search must match it, in the platform's own word."),
            _REPORT_DATE, amount("cost", "Spend", platform.cost, required=True), *_COUNTS,
        ),
        (*_GROUP_KEY, "keyword_id", "report_date"),
    )  # fmt: skip


CONTRACTS = tuple(one for platform in PLATFORMS for one in platform_contracts(platform.source))
