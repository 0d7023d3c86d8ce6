"""The words of the report in Chinese and English, names of channels and sources included."""

from dataclasses import dataclass
from decimal import Decimal

LANGUAGES = ("zh", "en")

_WORDS: dict[str, tuple[str, str]] = {
    "report": ("运营日报", "Daily report"),
    "company": ("全公司", "Whole company"),
    "as_of": ("数据截至", "Data as of"),
    "money": ("金额单位", "Money in"),
    "local_days": ("日期为各 App 当地业务日", "dates are each app's local business days"),
    "business_days": ("业务日按", "business days of"),
    "waiting": (
        "之后的数据尚未到齐，最近完整的一天是",
        "Later days have not arrived whole; the newest complete day is",
    ),
    "moved": ("发生了什么，为什么", "What moved, and why"),
    "moved_hint": (
        "与上周同日相比；先看超出常见区间的指标，再看变化最大的核心指标。",
        "Against the same weekday last week: what left its usual band first, then the largest changes.",
    ),
    "calm": (
        "各项核心指标都在常见区间内，较上周同日没有明显变化。",
        "Every headline is inside its usual band and close to last week.",
    ),
    "high": ("异常偏高", "Unusually high"),
    "low": ("异常偏低", "Unusually low"),
    "up": ("上升", "Up"),
    "down": ("下降", "Down"),
    "usual": ("常见区间", "Usual band"),
    "last_week": ("较上周同日", "vs last week"),
    "previous": ("较前一日", "vs the day before"),
    "was": ("上周", "was"),
    "mainly": ("主要来自", "Mainly"),
    "of_change": ("占变化的", "of the change"),
    "headlines": ("核心指标", "Headline KPIs"),
    "target": ("目标", "target"),
    "pace": ("进度", "pace"),
    "running": ("进行中", "in progress"),
    "green": ("达标", "On course"),
    "amber": ("略低", "Slightly behind"),
    "red": ("落后", "Behind"),
    "on_day": ("截至", "of"),
    "trends": ("趋势", "Trends"),
    "trends_hint": (
        "六周。浅色带是常见区间，实心红点是异常，空心点是数据尚未完整的日子。",
        "Six weeks. The light band is what is usual, red dots are anomalies, hollow dots are days not yet complete.",
    ),
    "targets": ("目标进度", "Targets"),
    "targets_hint": (
        "本月累计与目标；竖线是按进度此刻应达到的位置。",
        "The month so far; the line marks what is due by now.",
    ),
    "by_now": ("此刻应达", "due by now"),
    "apps": ("各 App 对比", "Apps side by side"),
    "app": ("App", "App"),
    "anomalies": ("近 7 日异常", "Anomalies of 7 days"),
    "kpi": ("指标", "KPI"),
    "day": ("日期", "Day"),
    "value": ("数值", "Value"),
    "main_cause": ("主要贡献", "Main contributor"),
    "retention": ("新增用户留存", "Retention of new users"),
    "retention_hint": (
        "按首次活跃日分组，第 N 日当天仍活跃的比例；未到期的格子留空。",
        "By day of first activity: the share active exactly on day N; days not yet over are blank.",
    ),
    "average": ("近四周平均", "Four-week average"),
    "funnels": ("转化漏斗", "Funnels"),
    "funnels_hint": (
        "近 7 个成熟日合计，百分比为相对第一步。",
        "Sums of the last 7 mature days; percentages are of the first step.",
    ),
    "from_previous": ("较上一步", "from the step before"),
    "channels": ("渠道效果", "Channels"),
    "channels_hint": (
        "按获客日分组，第 7 日已过的日子；收入为这批用户 7 日内净收入。",
        "Users by day of acquisition, days whose day 7 is over; revenue is their net revenue within 7 days.",
    ),
    "channel": ("渠道", "Channel"),
    "visits": ("访问", "Visits"),
    "new_users": ("新增", "New users"),
    "cost": ("成本", "Cost"),
    "cac": ("获客成本", "CAC"),
    "retention_d1": ("次日留存", "Day 1"),
    "revenue_d7": ("7 日收入", "Revenue, 7 days"),
    "roi_d7": ("7 日 ROI", "ROI, 7 days"),
    "total": ("合计", "Total"),
    "contents": ("内容榜", "Contents"),
    "contents_hint": (
        "近 7 个完整日，站内与站外平台合计。",
        "The last 7 complete days, in the product and on outside platforms.",
    ),
    "content": ("内容", "Content"),
    "views": ("浏览", "Views"),
    "engagement": ("互动率", "Engagement"),
    "shares": ("分享", "Shares"),
    "revenue": ("净收入", "Net revenue"),
    "activities": ("活动复盘", "Activity reviews"),
    "planned": ("未开始", "Planned"),
    "ongoing": ("进行中", "Running"),
    "ended": ("已结束", "Ended"),
    "not_mature": ("复盘未成熟，结束 7 天后定稿", "Not final until 7 days after the end"),
    "goal": ("目标", "Goal"),
    "actual": ("实际", "Actual"),
    "effect": ("增量", "Effect"),
    "effect_hint": ("90% 区间", "90% interval"),
    "too_few_comparable_days": ("基线天数不足，无法估计增量", "Too few baseline days to estimate the effect"),
    "no_complete_day": ("活动期间还没有完整的一天", "no day of it is complete yet"),
    "not_a_daily_kpi": ("不估计：该指标不按日统计", "not estimated: not a KPI of days"),
    "goal_of_the_activity_itself": (
        "不估计：没有活动就没有这个数",
        "not estimated: without the activity there is no such number",
    ),
    "participants": ("参与人数", "Participants"),
    "participation": ("参与率", "Participation"),
    "budget": ("花费 / 预算", "Spent / budget"),
    "roi": ("ROI", "ROI"),
    "abuse": ("疑似薅羊毛", "Suspected abuse"),
    "overlaps": ("与其他活动重叠", "Overlaps other activities"),
    "trust": ("数据可信吗", "Can it be trusted?"),
    "on_time": ("所有来源按时到达", "Every source is on time"),
    "sources_late": ("个来源迟到", "source(s) late"),
    "checks_passed": ("项检查通过", "checks passed"),
    "checks_failed": ("项检查未通过", "checks failed"),
    "sources": ("数据来源", "Sources"),
    "source": ("来源", "Source"),
    "newest": ("最新数据", "Newest data"),
    "due": ("应到时间", "Expected by"),
    "late": ("迟到", "Late"),
    "timely": ("按时", "On time"),
    "by_hand": ("人工维护", "Kept by hand"),
    "failed_checks": ("未通过的检查", "Failed checks"),
    "none_failed": ("没有未通过的检查。", "No check failed."),
    "blocking": ("阻断", "Blocking"),
    "warning": ("提醒", "Warning"),
    "rows": ("行", "row(s)"),
    "put_aside": ("被隔离的行", "Rows put aside"),
    "of_read": ("共读取", "of rows read"),
    "incomplete": ("数据未完整", "not complete"),
    "definitions": ("指标口径", "Definitions"),
    "version": ("发布版本", "Publication"),
    "no_data": ("还没有这个 App 的数据", "Nothing has come of this app yet"),
    "no_data_hint": (
        "事件文件放进 inbox/app_events/，或在 sources.yaml 里接入业务数据库和平台账户；下一次刷新后这里就有数字。",
        "Put event files into inbox/app_events/, or name its database and accounts in sources.yaml; "
        "the next refresh fills this page.",
    ),
    "no_tiles": ("没有近期完整的核心指标。", "No headline KPI has a recent complete day."),
    "no_trends": ("还没有可以画成趋势的指标。", "There is no KPI to draw yet."),
    "no_targets": (
        "本月没有目标：在运营台账的 kpi_targets 表里填写。",
        "No target for this month: enter them in the ops workbook.",
    ),
    "no_anomalies": ("近 7 日没有异常。", "No anomaly in the last 7 days."),
    "no_retention": ("还没有到期的新增用户。", "No cohort of new users is old enough yet."),
    "no_funnels": (
        "没有漏斗数据：在运营台账里定义漏斗和步骤。",
        "No funnel: define its steps in the ops workbook.",
    ),
    "no_channels": ("还没有满 7 日的获客数据。", "No acquisition day is 7 days old yet."),
    "no_roi": ("这段时间没有渠道成本。", "No channel had a cost in this time."),
    "no_contents": ("近 7 日没有内容被浏览。", "No content was viewed in the last 7 days."),
    "no_activities": (
        "近两个月没有活动：在运营台账的 activities 表里登记。",
        "No activity in two months: enter them in the ops workbook.",
    ),
}

_NAMES: dict[str, tuple[str, str]] = {
    # channels and platforms
    "organic": ("自然流量", "Organic"), "direct": ("直接访问", "Direct"), "invite": ("邀请", "Invitation"),
    "wechat": ("微信", "WeChat"), "wechat_official_account": ("微信公众号", "WeChat account"),
    "xiaohongshu": ("小红书", "Xiaohongshu"), "douyin": ("抖音", "Douyin"), "bilibili": ("哔哩哔哩", "Bilibili"),
    "weibo": ("微博", "Weibo"), "zhihu": ("知乎", "Zhihu"), "offline": ("线下地推", "Offline"),
    "ocean_engine": ("巨量引擎", "Ocean Engine"), "tencent_ads": ("腾讯广告", "Tencent Ads"),
    "baidu_ads": ("百度营销", "Baidu Ads"), "kuaishou_ads": ("快手磁力", "Kuaishou Ads"),
    "xiaohongshu_ads": ("小红书聚光", "Xiaohongshu Ads"), "google_ads": ("Google Ads", "Google Ads"),
    "meta_ads": ("Meta Ads", "Meta Ads"), "tiktok_ads": ("TikTok Ads", "TikTok Ads"),
    "google_play": ("Google Play", "Google Play"), "app_store": ("App Store", "App Store"), "ga4": ("GA4", "GA4"),
    "ios": ("iOS", "iOS"), "android": ("安卓", "Android"), "web": ("网页", "Web"),
    "mini_program": ("小程序", "Mini program"), "unmapped": ("未归属", "Unmapped"),
    "(other)": ("其他", "Other"), "(unknown)": ("未知", "Unknown"), "(overlap)": ("重叠", "Overlap"),
    "(rest)": ("其余", "The rest"), "new": ("新用户", "New"), "existing": ("老用户", "Existing"),
    # drivers
    "app": ("App", "app"), "channel": ("渠道", "channel"), "platform": ("平台", "platform"),
    "country": ("国家", "country"), "region": ("地区", "region"), "content_type": ("内容类型", "content type"),
    "user_tier": ("用户等级", "user tier"), "new_existing": ("新老用户", "new or existing"),
    # contents and activities
    "article": ("文章", "Article"), "image": ("图文", "Image"), "short_video": ("短视频", "Short video"),
    "video": ("视频", "Video"), "audio": ("音频", "Audio"), "coupon": ("优惠券", "Coupon"),
    "points": ("积分", "Points"), "contest": ("竞赛", "Contest"), "topic": ("话题", "Topic"),
    "invitation": ("邀请", "Invitation"),
    # sources
    "app_events": ("App 事件", "App events"), "app_database": ("业务数据库", "App database"),
    "ops_workbook": ("运营台账", "Ops workbook"), "platform_exports": ("平台导出", "Platform exports"),
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The words of one language: words("target")."""

    language: str

    def __call__(self, key: str) -> str:
        return _WORDS[key][LANGUAGES.index(self.language)]

    def name(self, key: str | None) -> str:
        """Of a channel, driver, type or source; one that is not known here reads as words."""
        if not key:
            return self.name("(unknown)")
        known = _NAMES.get(key)
        if known:
            return known[LANGUAGES.index(self.language)]
        return key.replace("_", " ")

    def driver_value(self, driver: str, value: str) -> str:
        """Of a free text (a region, an app, a tier) nothing is made up."""
        is_ours = driver in ("channel", "platform", "content_type", "new_existing") or value.startswith("(")
        return self.name(value) if is_ours else value

    def no_effect(self, baseline_note: str) -> str:
        """Why a review tells no effect, by its baseline_note; '–' where the note names a baseline."""
        return self(baseline_note) if baseline_note in _WORDS else "–"

    def day_number(self, number: int) -> str:
        if self.language == "en":
            return f"D{number}"
        return "次日" if number == 1 else f"{number}日"

    def share(self, share: Decimal | None) -> str:
        """'占变化的 62%'; '' where parts cancel out and a share would mislead."""
        if share is None or not 0 < share <= 1:
            return ""
        percent = f"{share * 100:.0f}%"
        return f"{self('of_change')} {percent}" if self.language == "zh" else f"{percent} {self('of_change')}"
