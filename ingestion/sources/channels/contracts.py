"""Raw tables of channels."""

from ingestion.contract import Contract, date, decimal, integer, pulls_contract, text

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
     decimal("view_seconds", "Seconds watched so far.", scale=3, unit="seconds", minimum=0)),
    ("app_id", "platform", "account_id", "external_content_id", "stat_date"),
)  # fmt: skip
EXPORT_CONTRACTS = (EXPORT_CONTENT_STATS,)

CONTRACTS = (*WECHAT_CONTRACTS, *EXPORT_CONTRACTS)
