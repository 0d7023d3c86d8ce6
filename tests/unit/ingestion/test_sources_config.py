"""sources.yaml: what is read from it and what its errors say."""

from datetime import date
from pathlib import Path

import pytest

from ingestion.sources_config import SourcesError, load_sources, parse_sources

GOOD = """
app_databases:
  - name: community
    url: sqlite:///company/app.db
ad_accounts:
  - platform: google_ads
    account_id: 123-456-7890
    start_date: 2026-01-01
    credentials: {developer_token: G_DEV, access_token: G_ACCESS}
  - platform: ocean_engine
    account_id: 0070000000000001
    endpoint: demo
channels:
  - platform: wechat_official_account
    account_id: gh_0001
    app_id: aurora
    endpoint: http://127.0.0.1:8080/
    credentials: {appid: WX_APPID, secret: WX_SECRET}
"""


def test_reads_every_kind_of_account() -> None:
    config = parse_sources(GOOD)
    google, ocean = config.ad_accounts
    assert (google.account_id, google.start_date, google.endpoint) == ("1234567890", date(2026, 1, 1), None)
    assert ocean.account_id == "0070000000000001", "an id keeps its zeros"
    assert config.channels[0].endpoint == "http://127.0.0.1:8080"
    assert config.app_databases[0].name == "community"
    assert config.wants_demo_apis
    assert config.of_platform("ocean_engine") == (ocean,)


CHANNELS = """
channels:
  - {platform: douyin, account_id: d-1, app_id: a, credentials: {client_key: D_KEY, refresh_token: D_REFRESH}}
  - {platform: ga4, account_id: "30", app_id: a, credentials: {service_account_key: G_KEY}}
  - platform: app_store
    account_id: "64"
    app_id: a
    reports: {downloads: App Store Downloads Standard}
    credentials: {issuer_id: A_ISSUER, key_id: A_ID, private_key: A_KEY}
  - {platform: google_play, account_id: com.x.y, app_id: a, bucket: pubsite_prod_rev_1, endpoint: demo}
"""


def test_reads_every_kind_of_channel() -> None:
    channels = parse_sources(CHANNELS).channels
    assert [channel.platform for channel in channels] == ["douyin", "ga4", "app_store", "google_play"]
    with pytest.raises(SourcesError, match="line 4: `account_id` has characters"):
        parse_sources(CHANNELS.replace('"30"', "properties/30"))
    with pytest.raises(SourcesError, match="line 10: `bucket` is missing"):
        parse_sources(CHANNELS.replace("bucket: pubsite_prod_rev_1, ", ""))


def test_absent_file_and_empty_sections_are_no_sources(tmp_path: Path) -> None:
    assert load_sources(tmp_path).accounts == ()
    (tmp_path / "sources.yaml").write_text("ad_accounts:\nchannels: []\n# nothing yet\n", "utf-8")
    assert load_sources(tmp_path).accounts == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("start_date:", "hour_ready:", "line 8: `hour_ready` is called `ready_hour` now; rename it"),
        ("start_date:", "start_dat:", "line 8: `start_dat` is not a key that is known here"),
        ("2026-01-01", "soon", "line 8: `start_date` must be a date such as 2026-01-01"),
        ("google_ads", "gogle_ads", "line 6: `platform` must be one of 'google_ads', 'meta_ads'"),
        ("    endpoint: demo", "    endpoint: http://example.com", "line 12: `endpoint`: write demo, an https://"),
        ("    endpoint: demo", "    restatement_days: 3", "line 10: `credentials` is missing"),
        (", access_token: G_ACCESS", "", "line 9: add `access_token`, or `client_id`"),
        ("    app_id: aurora\n", "", "line 14: `app_id` is missing; add it"),
        ("platform: ocean_engine", "platform: ocean_engine\n    platform: x", "line 11: `platform` is given twice"),
        ("channels:", "channels: {}\nunknown:", "line 13: `channels` must be a list"),
        ("sqlite:///company/app.db", "mysql://x/y", "line 4: `url`: write sqlite:///"),
        ("sqlite:///company/app.db", "postgresql://u:hidden@h/d", "line 4: `url`: take the password out"),
        ("ad_accounts:", "ad_accounts: [", "sources.yaml line"),
    ],
)  # fmt: skip
def test_an_error_names_the_line_and_what_to_do(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    with pytest.raises(SourcesError) as error:
        parse_sources(GOOD.replace(old, new, 1))
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_the_same_account_twice_is_an_error() -> None:
    account = "  - {platform: ocean_engine, account_id: '7', endpoint: demo}\n"
    with pytest.raises(SourcesError, match="line 3: ocean_engine 7 is listed twice"):
        parse_sources("ad_accounts:\n" + account + account)


def test_a_secret_in_the_file_is_refused_and_not_repeated() -> None:
    secret = "ya29.canary-secret"
    with pytest.raises(SourcesError) as error:
        parse_sources(GOOD.replace("G_ACCESS", secret))
    assert "line 9: `access_token`: write the NAME of an environment variable" in str(error.value)
    assert secret not in str(error.value)


def test_unreadable_bytes_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_bytes("ad_accounts: # 广告".encode("gbk"))
    with pytest.raises(SourcesError, match="cannot be read as UTF-8"):
        load_sources(tmp_path)


ROTATING = """
ad_accounts:
  - platform: baidu_ads
    account_id: 8800002
    user_name: shop
    products: [search]
    metrics: {search: {conversions: ocpcConversionsDetail2}}
    retry_codes: [8207]
    credentials: {app_id: B_APP, secret_key: B_KEY, user_id: B_USER, refresh_token: B_REFRESH}
  - platform: xiaohongshu_ads
    account_id: 5500001
    creative_report: creative
    ready_hour: 10
    endpoint: demo
  - platform: kuaishou_ads
    account_id: 6600001
    metrics: {impressions: aclick}
    credentials: {app_id: K_APP, secret: K_SECRET, refresh_token: K_REFRESH}
"""


def test_reads_what_is_particular_to_a_platform() -> None:
    baidu, xiaohongshu, kuaishou = parse_sources(ROTATING).ad_accounts
    assert (baidu.user_name, baidu.products, baidu.retry_codes) == ("shop", ("search",), (8207,))
    assert (xiaohongshu.creative_report, xiaohongshu.ready_hour, baidu.ready_hour) == ("creative", 10, None)
    assert (kuaishou.metrics, kuaishou.currency_code) == ({"impressions": "aclick"}, "CNY")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    user_name: shop\n", "", "line 3: `user_name` is missing; add it"),
        (
            "ready_hour: 10",
            "business_timezone: Mars",
            "line 13: `business_timezone`: write an IANA time zone such as",
        ),
        ("ready_hour: 10", "actions: {like: [a]}", "line 13: `like`: Input should be a valid string"),
        ("[search]", "[shopping]", "line 6: `products`: Input should be 'search' or 'feed'"),
        ("{search: {conv", "{search: {clicks: x, conv", "line 7: `clicks`: Input should be 'conversions'"),
        ("[8207]", "[many]", "line 8: `retry_codes`: Input should be a valid integer"),
        (", refresh_token: B_REFRESH", "", "line 9: `refresh_token` is missing; add it"),
        ("creative_report: creative", "creative_report: all", "line 12: `creative_report`: Input should be"),
        (
            "ready_hour: 10",
            "ready_hour: 24",
            "line 13: `ready_hour`: Input should be less than or equal to 23",
        ),
        ("{impressions: aclick}", "{spend: x}", "line 17: `spend`: Input should be"),
    ],
)
def test_an_error_about_a_platform_names_its_line(old: str, new: str, expected: str) -> None:
    assert old in ROTATING
    with pytest.raises(SourcesError) as error:
        parse_sources(ROTATING.replace(old, new, 1))
    assert expected in str(error.value)
