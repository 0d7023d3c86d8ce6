"""Ad accounts as sources.yaml lists them, one model per platform."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ingestion.account_entries import ApiAccountSettings, Credentials
from ingestion.config_values import Name, Variable, Zone

Days = Annotated[int, Field(ge=0, le=90)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Version = Annotated[str, Field(pattern=r"^v\d+$")]
Digits = Annotated[str, Field(pattern=r"^\d+$")]


class AdAccountSettings(ApiAccountSettings):
    """`restatement_days`: how long the platform still changes the figures of a day.

    `business_timezone`: zone of the app that the account serves, absent = the company's. Where the account's own
    days are others, figures are also asked by the hour.
    """

    platform: str
    business_timezone: Zone | None = None
    restatement_days: Days = 7
    credentials: Credentials | None = None


class TokenCredentials(Credentials):
    """An access token that a person replaces when the platform refuses it."""

    access_token: Variable


class OAuthCredentials(Credentials):
    """Either an access token, or client id, client secret and refresh token to get one."""

    access_token: Variable | None = None
    client_id: Variable | None = None
    client_secret: Variable | None = None
    refresh_token: Variable | None = None

    @property
    def is_enough(self) -> bool:
        return bool(self.access_token or (self.client_id and self.client_secret and self.refresh_token))


class GoogleAdsCredentials(OAuthCredentials):
    developer_token: Variable


class GoogleAdsAccount(AdAccountSettings):
    """A Google Ads client account (a manager account has no figures of its own)."""

    platform: Literal["google_ads"]
    account_id: Annotated[
        str, AfterValidator(lambda value: value.replace("-", "")), Field(pattern=r"^[\d-]+$")
    ]
    login_customer_id: Digits | None = None
    restatement_days: Days = 14
    api_version: Version = "v26"
    credentials: GoogleAdsCredentials | None = None


class MetaAdsAccount(AdAccountSettings):
    """A Meta ad account, without act_. `conversion_kind` is the kind of action that counts as conversion."""

    platform: Literal["meta_ads"]
    account_id: Digits
    restatement_days: Days = 28
    api_version: Annotated[str, Field(pattern=r"^v\d+\.\d+$")] = "v25.0"
    conversion_kind: Name = "purchase"
    attribution_windows: tuple[Annotated[str, Field(pattern=r"^\d+d_(click|view)$")], ...] = (
        "1d_click", "7d_click", "1d_view",
    )  # fmt: skip
    credentials: TokenCredentials | None = None


class TikTokAdsAccount(AdAccountSettings):
    """A TikTok advertiser. `conversion_value` is the metric [?] that holds the value of conversions."""

    platform: Literal["tiktok_ads"]
    account_id: Digits
    restatement_days: Days = 7
    metrics: dict[Literal["conversion_value", "video_views"], Name] = Field(default_factory=dict)
    credentials: TokenCredentials | None = None


class RotatingCredentials(Credentials):
    """Of the developer app; the first refresh token comes from the authorisation page."""

    app_id: Variable
    secret: Variable
    refresh_token: Variable


class ConfiguredAccount(AdAccountSettings):
    """An account of a platform whose reports tell neither its name nor its currency."""

    account_id: Digits
    account_name: str | None = None
    currency_code: Currency = "CNY"


class OceanEngineAccount(ConfiguredAccount):
    """An Ocean Engine (巨量引擎) advertiser. `metrics` renames platform metrics that an account lacks.

    `report`: v2 for an account that the v3 custom report does not know; auto asks v3, and v2 when v3 refuses with
    one of `v2_codes` [?].
    """

    platform: Literal["ocean_engine"]
    restatement_days: Days = 7
    report: Literal["auto", "v3", "v2"] = "auto"
    v2_codes: tuple[int, ...] = (40002,)
    metrics: dict[Literal["conversion_value", "video_views"], Name] = Field(default_factory=dict)
    credentials: RotatingCredentials | None = None


class TencentAdsAccount(ConfiguredAccount):
    """A Tencent Ads (腾讯广告) advertiser. `metrics` renames platform metrics [?] that an account lacks."""

    platform: Literal["tencent_ads"]
    restatement_days: Days = 7
    metrics: dict[Literal["conversions", "conversion_value", "video_views"], Name] = Field(
        default_factory=dict
    )
    credentials: OAuthCredentials | None = None


class CodedAccount(ConfiguredAccount):
    """An account of a platform whose error codes are partly unknown: the two lists add to what is built in.

    `actions`: metric → kind of action, in place of the built-in ones beside the conversions themselves.
    """

    retry_codes: tuple[int, ...] = ()
    expired_codes: tuple[int, ...] = ()
    actions: dict[Name, Name] | None = None


class BaiduAdsCredentials(Credentials):
    """Of the developer app; user id and the first refresh token are those of the authorising account."""

    app_id: Variable
    secret_key: Variable
    user_id: Variable
    refresh_token: Variable


Product = Literal["search", "feed"]


class BaiduAdsAccount(CodedAccount):
    """A Baidu marketing (百度营销) account; `metrics` names its columns of conversions by product."""

    platform: Literal["baidu_ads"]
    user_name: Annotated[str, Field(min_length=1)]
    products: Annotated[tuple[Product, ...], Field(min_length=1)] = ("search", "feed")
    metrics: dict[Product, dict[Literal["conversions", "conversion_value"], Name]] = Field(default={})
    credentials: BaiduAdsCredentials | None = None


class XiaohongshuAdsAccount(CodedAccount):
    """A Xiaohongshu 聚光 advertiser. `metrics` names other platform metrics than those built in."""

    platform: Literal["xiaohongshu_ads"]
    creative_report: Literal["creativity", "creative"] = "creativity"
    metrics: dict[Literal["conversions", "conversion_value", "video_views"], Name] = Field(
        default_factory=dict
    )
    credentials: RotatingCredentials | None = None


class KuaishouAdsAccount(CodedAccount):
    """A Kuaishou 磁力 advertiser. `metrics` names other platform metrics than those built in."""

    platform: Literal["kuaishou_ads"]
    metrics: dict[
        Literal["impressions", "clicks", "conversions", "conversion_value", "video_views"], Name
    ] = Field(default_factory=dict)
    credentials: RotatingCredentials | None = None


#: Accounts whose refresh token is replaced at each use.
RotatingAccount = OceanEngineAccount | BaiduAdsAccount | XiaohongshuAdsAccount | KuaishouAdsAccount
AdAccount = Annotated[
    GoogleAdsAccount
    | MetaAdsAccount
    | TikTokAdsAccount
    | OceanEngineAccount
    | TencentAdsAccount
    | BaiduAdsAccount
    | XiaohongshuAdsAccount
    | KuaishouAdsAccount,
    Field(discriminator="platform"),
]
