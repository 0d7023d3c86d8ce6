"""The plan of the simulated company: its apps, channels, prices and activities."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ingestion.demo.parameters import Parameters


@dataclass(frozen=True)
class ChannelPlan:
    """A way by which people arrive. `marks` are the event properties that say so; none = direct."""

    name: str
    weight: float
    marks: dict[str, str] = field(default_factory=dict)
    campaigns: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppPlan:
    """One app. Money is in `currency`; `share` of the company's people use it."""

    app_id: str
    app_name: str
    timezone: str
    currency: str
    week_start: str
    share: float
    country: str
    regions: tuple[tuple[str, str], ...]
    platforms: tuple[tuple[str, float], ...]
    versions: tuple[str, ...]
    prices: tuple[str, ...]
    weekend_factor: float
    user_id_base: int
    channels: tuple[ChannelPlan, ...]


AURORA = AppPlan(
    app_id="aurora",
    app_name="极光社区",
    timezone="Asia/Shanghai",
    currency="CNY",
    week_start="monday",
    share=0.6,
    country="CN",
    regions=(
        ("上海", "上海"),
        ("北京", "北京"),
        ("广东", "深圳"),
        ("浙江", "杭州"),
        ("四川", "成都"),
        ("湖北", "武汉"),
    ),
    platforms=(("ios", 0.33), ("android", 0.42), ("mini_program", 0.17), ("web", 0.08)),
    versions=("6.1.0", "6.2.0", "6.3.1"),
    prices=("9.90", "19.90", "39.90", "68.00", "129.00", "299.00"),
    weekend_factor=1.22,
    user_id_base=1_000_000_000,
    channels=(
        ChannelPlan(
            "ocean_engine", 0.30, {"utm_source": "oceanengine", "utm_medium": "cpc"}, ("oe_video", "oe_feed")
        ),
        ChannelPlan("wechat", 0.18, {"utm_source": "wechat", "utm_medium": "social"}, ("wx_article",)),
        ChannelPlan("xiaohongshu", 0.12, {"channel": "xiaohongshu"}),
        ChannelPlan("organic", 0.16, {"channel": "organic"}),
        ChannelPlan("invite", 0.08, {"channel": "invite"}),
        ChannelPlan("offline", 0.06, {"channel": "offline"}),
        ChannelPlan("direct", 0.10),
    ),
)
HARBOR = AppPlan(
    app_id="harbor",
    app_name="Harbor",
    timezone="America/Los_Angeles",
    currency="USD",
    week_start="sunday",
    share=0.4,
    country="US",
    regions=(
        ("California", "Los Angeles"),
        ("California", "San Jose"),
        ("Washington", "Seattle"),
        ("Nevada", "Reno"),
    ),
    platforms=(("ios", 0.46), ("android", 0.28), ("web", 0.26)),
    versions=("2.8.0", "2.9.0", "3.0.0"),
    prices=("4.99", "9.99", "14.99", "24.00", "59.00"),
    weekend_factor=0.85,
    user_id_base=2_000_000_000,
    channels=(
        ChannelPlan(
            "google_ads", 0.38, {"utm_source": "google", "utm_medium": "cpc"}, ("ga_brand", "ga_search")
        ),
        ChannelPlan("organic", 0.27, {"channel": "organic"}),
        ChannelPlan("invite", 0.10, {"channel": "invite"}),
        ChannelPlan("direct", 0.25),
    ),
)
APPS = (AURORA, HARBOR)


#: Activities that an ad campaign serves, as the workbook's ad_accounts say.
ADVERTISED_ACTIVITIES = ("act_aurora_spring",)


@dataclass(frozen=True)
class Activity:
    """An activity (活动) between two local wall-clock moments, both included; no two of an app overlap."""

    activity_id: str
    app_id: str
    name: str
    kind: str
    start: datetime
    end: datetime
    end_as_written: str
    visit_lift: float
    order_lift: float
    join_share: float
    coupon: str
    points: int
    goal_kpi: str
    goal_value: str
    budget: str
    owner: str

    def covers(self, day: date) -> bool:
        return self.start.date() <= day <= self.end.date()


def plan_activities(parameters: Parameters) -> tuple[Activity, ...]:
    """Three activities, placed by the length of the simulated window."""
    length = max(3, parameters.days // 12)

    def day(share: float, offset: int = 0) -> date:
        return parameters.first_day + timedelta(days=int(parameters.days * share) + offset)

    check_in, spring, harbor = day(0.25), day(0.6), day(0.65)
    spring_end = spring + timedelta(days=length - 1)
    harbor_end = harbor + timedelta(days=length + 1)
    check_in_end = check_in + timedelta(days=2 if length < 5 else 4)
    return (
        Activity(
            "act_aurora_checkin", "aurora", "签到领积分", "points",
            datetime.combine(check_in, time()), datetime.combine(check_in_end, time(22, 0)),
            f"{check_in_end} 22:00:00", 1.15, 1.0, 0.5, "0", 20, "dau", str(parameters.users // 10), "8000", "社区运营",
        ),
        Activity(
            "act_aurora_spring", "aurora", "春日焕新季", "coupon",
            datetime.combine(spring, time(10, 0)), datetime.combine(spring_end, time.max),
            str(spring_end), 1.45, 2.4, 0.55, "5.00", 10, "orders", str(parameters.users // 20), "60000", "活动运营",
        ),
        Activity(
            "act_harbor_days", "harbor", "Harbor Days", "coupon",
            datetime.combine(harbor, time()), datetime.combine(harbor_end, time(23, 59, 59)),
            f"{harbor_end} 23:59:59", 1.3, 1.9, 0.4, "2.00", 5, "gross_revenue",
            str(parameters.users), "3000", "growth",
        ),
    )  # fmt: skip
