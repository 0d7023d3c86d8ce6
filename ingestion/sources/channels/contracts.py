"""Raw tables of channels."""

from ingestion.contract import Contract, boolean, date, decimal, integer, pulls_contract, text

_APP_ID = text("app_id", "App that the channel account serves.", required=True)
_ACCOUNT_ID = text("account_id", "Account on the channel.", required=True)

WECHAT_USER_SUMMARY = Contract(
    "wechat_official_account", "user_summary",
    "Followers won and lost (涨粉, 掉粉). One row per account, ref_date, user_source and pull.",
    (_APP_ID, _ACCOUNT_ID,
     date("ref_date", "Statistics date, GMT+8.", required=True),
     integer("user_source", "Where followers came from; 99999999 = all, never added to its parts.", required=True),
     integer("new_user", "Followers won.", required=True, minimum=0),
     integer("cancel_user", "Followers lost.", required=True, minimum=0)),
    ("account_id", "ref_date", "user_source"),
)  # fmt: skip
WECHAT_USER_CUMULATE = Contract(
    "wechat_official_account", "user_cumulate",
    "Total followers. One row per account, ref_date, user_source and pull.",
    (_APP_ID, _ACCOUNT_ID,
     date("ref_date", "Statistics date, GMT+8.", required=True),
     integer("user_source", "0 or 99999999 = all.", required=True),
     integer("cumulate_user", "Followers at the end of the day.", required=True, minimum=0)),
    ("account_id", "ref_date", "user_source"),
)  # fmt: skip
WECHAT_ARTICLE_TOTAL = Contract(
    "wechat_official_account", "article_total_detail",
    "Cumulative counters of articles. One row per account, msgid, stat_date and pull.",
    (_APP_ID, _ACCOUNT_ID,
     text("msgid", "{msgid}_{index} of the article.", required=True),
     text("title", "Title."),
     date("publish_date", "Publication date, GMT+8.", required=True),
     date("stat_date", "Statistics date, GMT+8.", required=True),
     integer("read_user", "Readers so far.", minimum=0),
     integer("read_count", "Reads so far.", minimum=0),
     integer("share_user", "Sharers so far.", minimum=0),
     integer("share_count", "Shares so far.", minimum=0),
     integer("like_count", "Likes so far.", minimum=0),
     integer("comment_count", "Comments so far.", minimum=0),
     integer("collection_count", "Favorites so far.", minimum=0)),
    ("account_id", "msgid", "stat_date"),
)  # fmt: skip
WECHAT_CONTRACTS = (
    WECHAT_USER_SUMMARY, WECHAT_USER_CUMULATE, WECHAT_ARTICLE_TOTAL, pulls_contract("wechat_official_account"),
)  # fmt: skip

DOUYIN_USER_FANS = Contract(
    "douyin", "user_fans",
    "Followers of a Douyin account (粉丝). One row per account, date and pull.",
    (_APP_ID, _ACCOUNT_ID,
     date("date", "Statistics date, GMT+8.", required=True),
     integer("new_fans", "Followers won that day.", minimum=0),
     integer("total_fans", "Followers at the end of the day.", required=True, minimum=0)),
    ("account_id", "date"),
)  # fmt: skip
DOUYIN_ITEM_BASE = Contract(
    "douyin", "item_base",
    "Cumulative counters of videos (抖音作品). One row per account, item, statistics date and pull.",
    (_APP_ID, _ACCOUNT_ID,
     text("item_id", "Video.", required=True),
     text("title", "Title."),
     date("published_date", "Publication date, GMT+8."),
     date("stat_date", "Day that the counters reach to, GMT+8.", required=True),
     *(integer(name, f"{words} so far.", minimum=0) for name, words in (
         ("total_play", "Plays"), ("total_like", "Likes"), ("total_comment", "Comments"),
         ("total_share", "Shares")))),
    ("account_id", "item_id", "stat_date"),
)  # fmt: skip
DOUYIN_CONTRACTS = (DOUYIN_USER_FANS, DOUYIN_ITEM_BASE, pulls_contract("douyin"))

GA4_SESSIONS = Contract(
    "ga4", "sessions",
    "Sessions of a GA4 property by source and medium. One row per property, date, source, medium and pull.",
    (_APP_ID, _ACCOUNT_ID,
     date("date", "Day in the property's time zone.", required=True),
     text("source", "Source of the session; (direct), (not set) and (other) as GA4 says them."),
     text("medium", "Its medium; (none) for direct."),
     integer("sessions", "Sessions.", required=True, minimum=0),
     integer("engaged_sessions", "Engaged sessions.", minimum=0),
     integer("total_users", "Users of the day; not to be added up.", minimum=0),
     integer("new_users", "Users new to the property.", minimum=0),
     boolean("is_sampled", "GA4 estimated the answer from a sample.", required=True),
     boolean("is_thresholded", "GA4 left out rows of few users.", required=True),
     boolean("has_other_row", "GA4 put rare values together as (other).", required=True)),
    ("account_id", "date", "source", "medium"),
)  # fmt: skip
GA4_CONTRACTS = (GA4_SESSIONS, pulls_contract("ga4"))

APP_STORE_ANALYTICS = Contract(
    "app_store", "analytics",
    "Rows of App Store Connect analytics reports as Apple sends them; a later instance replaces a date. "
    "One row per app, report, instance, segment, line and pull.",
    (_APP_ID, _ACCOUNT_ID,
     text("report", "Which report.", required=True, choices=("engagement", "downloads", "installations")),
     date("processing_date", "Day on which Apple made the instance.", required=True),
     text("instance_id", "Instance of the report.", required=True),
     text("segment_id", "Part of the instance.", required=True),
     integer("line", "Line of the segment, from 2.", required=True, minimum=2),
     date("date", "Day of what is counted.", required=True),
     text("event", "Impression, Page view, Tap; Install, Delete; null in downloads."),
     text("download_type", "First-time download, Redownload, Auto-update, Manual update, Restore."),
     text("territory", "Country or region of the store."),
     text("source_type", "Where the user found the app."),
     text("page_type", "Page that led to it."),
     text("device", "Kind of device."),
     text("app_version", "Version of the app."),
     integer("counts", "Events.", required=True, minimum=0),
     integer("unique_counts", "Devices; not to be added up.", minimum=0)),
    ("account_id", "report", "instance_id", "segment_id", "line"),
)  # fmt: skip
APP_STORE_CONTRACTS = (APP_STORE_ANALYTICS, pulls_contract("app_store"))

GOOGLE_PLAY_INSTALLS = Contract(
    "google_play", "installs",
    "Installs by country, of the monthly CSV. One row per package, date, country and pull.",
    (_APP_ID, _ACCOUNT_ID,
     date("date", "Day as Google Play reports it.", required=True),
     text("country", "Country code; null where Google Play does not say."),
     integer("daily_device_installs", "Devices that installed.", minimum=0),
     integer("daily_device_uninstalls", "Devices that uninstalled.", minimum=0),
     integer("daily_device_upgrades", "Devices that updated.", minimum=0),
     integer("daily_user_installs", "Users who installed on their first device.", minimum=0),
     integer("daily_user_uninstalls", "Users who uninstalled on their last device.", minimum=0),
     integer("active_device_installs", "Devices with the app; a stock.", minimum=0)),
    ("account_id", "date", "country"),
)  # fmt: skip
GOOGLE_PLAY_STORE = Contract(
    "google_play", "store_performance",
    "Store listing visitors by country, of the monthly CSV. One row per package, date, country and pull.",
    (_APP_ID, _ACCOUNT_ID,
     date("date", "Day as Google Play reports it.", required=True),
     text("country", "Country code; Other for small ones."),
     integer("store_listing_visitors", "Visitors of the listing who had not installed.", minimum=0),
     integer("store_listing_acquisitions", "Of them, those who installed.", minimum=0)),
    ("account_id", "date", "country"),
)  # fmt: skip
GOOGLE_PLAY_CONTRACTS = (GOOGLE_PLAY_INSTALLS, GOOGLE_PLAY_STORE, pulls_contract("google_play"))

EXPORT_CONTENT_STATS = Contract(
    "platform_exports", "content_stats",
    "Cumulative counters of contents, as downloaded from a platform's page. "
    "One row per app, platform, account, content, statistics date and download.",
    (_APP_ID,
     text("platform", "Platform, the name of the inbox folder.", required=True),
     text("account_id", "Account on the platform; empty where the export does not say."),
     text("external_content_id", "Content on the platform.", required=True),
     text("title", "Title."),
     text("content_type", "Format as the platform names it."),
     date("published_date", "Publication date on the platform."),
     date("stat_date", "Statistics date; null = the local date of the download."),
     *(integer(name, f"{words} so far.", minimum=0) for name, words in (
         ("impressions", "Impressions"), ("views", "Views"), ("completed_views", "Completed views"),
         ("likes", "Likes"), ("comments", "Comments"), ("shares", "Shares"), ("favorites", "Favorites"),
         ("follows", "Follows"))),
     decimal("view_seconds", "Seconds watched so far.", scale=3, unit="seconds", minimum=0),
     decimal("completion_rate", "Share of views to the end, as the platform rounds it; 1 = all.", scale=6,
             minimum=0, maximum=1)),
    ("app_id", "platform", "account_id", "external_content_id", "stat_date"),
)  # fmt: skip
EXPORT_PROMOTION_COSTS = Contract(
    "platform_exports", "promotion_costs",
    "Sign-ups and cost of offline promotion (地推) by day, site and promoter, as the promoters' sheet says. "
    "One row per app, platform, date, channel, site, promoter, activity and download.",
    (_APP_ID,
     text("platform", "The name of the inbox folder.", required=True),
     date("cost_date", "Day of the promotion.", required=True),
     text("channel", "Channel that the cost belongs to; the mapping has a default.", required=True),
     text("site", "Where it was (站点)."),
     text("promoter", "Who promoted (推广员); stays in raw."),
     text("activity_id", "Activity that it serves."),
     integer("sign_ups", "Sign-ups that the sheet claims.", minimum=0),
     decimal("amount", "Cost.", unit="currency", minimum=0),
     text("currency", "ISO 4217; default the app's."),
     text("note", "What it was.")),
    ("app_id", "platform", "cost_date", "channel", "site", "promoter", "activity_id"),
)  # fmt: skip
EXPORT_CONTRACTS = (EXPORT_CONTENT_STATS, EXPORT_PROMOTION_COSTS)

CONTRACTS = (
    *WECHAT_CONTRACTS, *DOUYIN_CONTRACTS, *GA4_CONTRACTS, *APP_STORE_CONTRACTS, *GOOGLE_PLAY_CONTRACTS,
    *EXPORT_CONTRACTS,
)  # fmt: skip
