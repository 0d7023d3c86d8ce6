"""Raw tables of ad platforms. Amounts keep the platform's own unit; staging turns them into currency."""

from ingestion.contract import Contract, date, decimal, integer, pulls_contract, text

_ACCOUNT = (
    text("account_id", "Ad account.", required=True),
    text("account_name", "Its name."),
    text("currency_code", "ISO 4217 currency of the account.", required=True),
    text("time_zone", "IANA zone of the account's days.", required=True),
)
_LEVELS = (
    text("campaign_id", "Campaign.", required=True),
    text("campaign_name", "Its name."),
    text("ad_group_id", "Ad group (Ocean Engine: project = campaign, promotion = ad group).", required=True),
    text("ad_group_name", "Its name."),
    text("ad_id", "Ad.", required=True),
    text("ad_name", "Its name."),
)
_REPORT_DATE = date("report_date", "Day in the account's time zone.", required=True)
_COUNTS = (
    integer("impressions", "Impressions (展示).", required=True, minimum=0),
    integer("clicks", "Clicks (点击).", required=True, minimum=0),
    decimal("conversions", "Conversions as the platform attributes them.", minimum=0),
    decimal("conversion_value", "Their value, in units of the account's currency.", minimum=0),
    integer("video_views", "Video views.", minimum=0),
)
_AD_KEY = ("account_id", "campaign_id", "ad_group_id", "ad_id", "report_date")
_COST_MICROS = integer("cost_micros", "Spend in millionths of the account's currency.", required=True, unit="micros",
                       minimum=0)  # fmt: skip
_COST_YUAN = decimal(
    "cost", "Spend in units of the account's currency (元).", required=True, unit="yuan", minimum=0
)

GOOGLE_ADS_PERFORMANCE = Contract(
    "google_ads", "ad_performance",
    "Daily performance of Google Ads ads. One row per account, ad, report date and pull.",
    (*_ACCOUNT, *_LEVELS, _REPORT_DATE, _COST_MICROS, *_COUNTS), _AD_KEY,
)  # fmt: skip
GOOGLE_ADS_ACCOUNT = Contract(
    "google_ads", "account_performance",
    "Daily totals of Google Ads accounts, for reconciliation. One row per account, report date and pull.",
    (*_ACCOUNT, _REPORT_DATE, _COST_MICROS, *_COUNTS), ("account_id", "report_date"),
)  # fmt: skip
OCEAN_ENGINE_PERFORMANCE = Contract(
    "ocean_engine", "ad_performance",
    "Daily performance of Ocean Engine (巨量引擎) ads. One row per account, ad, report date and pull.",
    (*_ACCOUNT, *_LEVELS, _REPORT_DATE, _COST_YUAN, *_COUNTS), _AD_KEY,
)  # fmt: skip
OCEAN_ENGINE_ACCOUNT = Contract(
    "ocean_engine", "account_performance",
    "Daily totals of Ocean Engine accounts, for reconciliation. One row per account, report date and pull.",
    (*_ACCOUNT, _REPORT_DATE, _COST_YUAN, *_COUNTS), ("account_id", "report_date"),
)  # fmt: skip

GOOGLE_ADS_CONTRACTS = (GOOGLE_ADS_PERFORMANCE, GOOGLE_ADS_ACCOUNT, pulls_contract("google_ads"))
OCEAN_ENGINE_CONTRACTS = (OCEAN_ENGINE_PERFORMANCE, OCEAN_ENGINE_ACCOUNT, pulls_contract("ocean_engine"))
CONTRACTS = (*GOOGLE_ADS_CONTRACTS, *OCEAN_ENGINE_CONTRACTS)
