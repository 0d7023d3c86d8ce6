"""Accounts of channels (渠道) in sources.yaml, one class per platform."""

from typing import Annotated, Literal

from pydantic import Field

from ingestion.account_entries import ApiAccountSettings, Credentials
from ingestion.config_values import Name, Variable

RestatementDays = Annotated[int, Field(ge=0, le=90)]


class WechatCredentials(Credentials):
    """AppID and AppSecret of the official account."""

    appid: Variable
    secret: Variable


class WechatAccount(ApiAccountSettings):
    """A WeChat official account (微信公众号) that serves one app."""

    platform: Literal["wechat_official_account"]
    app_id: Name
    restatement_days: RestatementDays = 3
    credentials: WechatCredentials | None = None


class DouyinCredentials(Credentials):
    """Of the developer app; the first refresh token comes from the authorisation page."""

    client_key: Variable
    refresh_token: Variable


class DouyinAccount(ApiAccountSettings):
    """A Douyin account (抖音号) that authorised the developer app. `open_id` absent = account_id."""

    platform: Literal["douyin"]
    app_id: Name
    open_id: str | None = None
    restatement_days: RestatementDays = 3
    credentials: DouyinCredentials | None = None


class ServiceAccountCredentials(Credentials):
    """The JSON key of a Google service account, the whole text."""

    service_account_key: Variable


class Ga4Account(ApiAccountSettings):
    """A Google Analytics 4 property; account_id is its number."""

    platform: Literal["ga4"]
    account_id: Annotated[str, Field(pattern=r"^\d+$")]
    app_id: Name
    restatement_days: RestatementDays = 3
    credentials: ServiceAccountCredentials | None = None


class AppStoreCredentials(Credentials):
    """An App Store Connect API key: `private_key` is the text of the .p8 file."""

    issuer_id: Variable
    key_id: Variable
    private_key: Variable


class AppStoreAccount(ApiAccountSettings):
    """An app in App Store Connect; account_id is its Apple id. `reports` renames reports that Apple renamed."""

    platform: Literal["app_store"]
    account_id: Annotated[str, Field(pattern=r"^\d+$")]
    app_id: Name
    restatement_days: RestatementDays = 3
    reports: dict[Literal["engagement", "downloads", "installations"], str] = Field(default_factory=dict)
    credentials: AppStoreCredentials | None = None


class GooglePlayAccount(ApiAccountSettings):
    """An app on Google Play; account_id is its package name, `bucket` the pubsite_prod_… of the developer account."""

    platform: Literal["google_play"]
    app_id: Name
    bucket: Name
    restatement_days: RestatementDays = 3
    credentials: ServiceAccountCredentials | None = None


ChannelAccount = WechatAccount | DouyinAccount | Ga4Account | AppStoreAccount | GooglePlayAccount
