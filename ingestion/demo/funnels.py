"""The funnels that the company watches, as in its workbook."""

from typing import Any

FUNNELS: list[dict[str, Any]] = [
    {"funnel_code": "sign_up", "funnel_name": "新用户激活", "order_mode": "ordered", "window_minutes": 1440},
    {"funnel_code": "purchase", "funnel_name": "购买转化", "order_mode": "ordered", "window_minutes": 120},
    {"funnel_code": "engagement", "funnel_name": "内容互动", "order_mode": "any", "window_minutes": 60},
]
_STEPS = {
    "sign_up": (("app_open", "打开"), ("register", "注册"), ("profile_completed", "激活")),
    "purchase": (("item_view", "看商品"), ("add_to_cart", "加购"), ("purchase", "支付")),
    "engagement": (("content_view", "阅读"), ("like", "点赞"), ("comment", "评论")),
}


def funnel_events(funnel_code: str) -> list[str]:
    """The event of each step."""
    return [event for event, _ in _STEPS[funnel_code]]


def funnel_steps() -> list[dict[str, Any]]:
    return [
        {"funnel_code": code, "step_number": number, "event_name": event, "step_name": name}
        for code, steps in _STEPS.items()
        for number, (event, name) in enumerate(steps, start=1)
    ]
