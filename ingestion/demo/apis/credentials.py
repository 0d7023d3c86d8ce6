"""What the emulated APIs accept. These strings protect nothing and are secrets only in form."""

DEMO_CREDENTIALS: dict[str, dict[str, str]] = {
    "google_ads": {
        "developer_token": "demo-developer-token",
        "client_id": "demo-client-id",
        "client_secret": "demo-client-secret",
        "refresh_token": "demo-google-refresh-token",
    },
    "meta_ads": {"access_token": "demo-meta-access"},
    "tiktok_ads": {"access_token": "demo-tiktok-access"},
    "tencent_ads": {
        "client_id": "demo-tencent-client",
        "client_secret": "demo-tencent-secret",
        "refresh_token": "demo-tencent-refresh",
    },
    "ocean_engine": {
        "app_id": "demo-app-id",
        "secret": "demo-app-secret",
        "refresh_token": "demo-refresh-0",
    },
    "baidu_ads": {
        "app_id": "demo-baidu-app",
        "secret_key": "demo-baidu-secret",
        "user_id": "8800001",
        "refresh_token": "demo-baidu-refresh-token",
    },
    "xiaohongshu_ads": {
        "app_id": "4100001",
        "secret": "demo-xiaohongshu-secret",
        "refresh_token": "demo-xiaohongshu-refresh-token",
    },
    "kuaishou_ads": {
        "app_id": "165000001",
        "secret": "demo-kuaishou-secret",
        "refresh_token": "demo-kuaishou-refresh-token",
    },
    "wechat_official_account": {
        "appid": "demo-wechat-appid",
        "secret": "demo-wechat-secret",
    },
}
