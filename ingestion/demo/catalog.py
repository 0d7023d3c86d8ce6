"""The events that the company's apps send, and what each means."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EventKind:
    """`measure` as in the workbook's event_catalog; uncatalogued kinds are missing from it on purpose."""

    name: str
    domain: str
    measure: str
    is_active: bool = True
    is_key: bool = False
    description: str = ""
    is_catalogued: bool = True


KINDS = (
    EventKind("app_open", "user", "visit", description="打开 App 或网站"),
    EventKind("page_view", "product", "page_view", description="页面浏览"),
    EventKind("register", "user", "sign_up", is_key=True, description="注册成功"),
    EventKind("login", "user", "", description="登录成功"),
    EventKind("profile_completed", "user", "activation", is_key=True, description="完善资料 (激活)"),
    EventKind("content_view", "content", "content_view", description="阅读或播放内容"),
    EventKind("content_complete", "content", "content_complete", description="读完或播完"),
    EventKind("like", "content", "like", description="点赞"),
    EventKind("comment", "content", "comment", is_key=True, description="评论"),
    EventKind("share", "content", "share", is_key=True, description="分享"),
    EventKind("favorite", "content", "favorite", description="收藏"),
    EventKind("follow", "content", "follow", description="关注创作者"),
    EventKind("publish", "content", "publish", is_key=True, description="发布内容"),
    EventKind("report_content", "community", "report_content", description="举报内容"),
    EventKind("item_view", "ecommerce", "item_view", description="商品详情"),
    EventKind("add_to_cart", "ecommerce", "add_to_cart", description="加入购物车"),
    EventKind("purchase", "ecommerce", "purchase", is_key=True, description="支付成功"),
    EventKind("refund", "ecommerce", "refund", is_active=False, description="退款成功 (服务端)"),
    EventKind("invite_sent", "user", "invite_sent", is_key=True, description="发出邀请"),
    EventKind("activity_join", "activity", "activity_join", is_key=True, description="参加活动"),
    EventKind("feature_use", "product", "feature_use", description="使用功能"),
    EventKind("recall_sent", "user", "recall_sent", is_active=False, description="召回触达 (服务端)"),
    EventKind("push_delivered", "user", "", is_active=False, description="推送送达 (服务端)"),
    EventKind("search", "product", "", description="搜索", is_catalogued=False),
)

KIND_OF = {kind.name: kind for kind in KINDS}
