"""What the emulated APIs accept. These strings protect nothing and are secrets only in form.

Keys that sign tokens are made anew in each process: no private key lies in the repository.
"""

import json
from collections.abc import Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

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
    "douyin": {
        "client_key": "demo-douyin-client",
        "refresh_token": "demo-douyin-refresh-0",
    },
}
SERVICE_ACCOUNT = "demo@demo-project.iam.gserviceaccount.com"
ISSUER_ID, KEY_ID = "demo-issuer-0001", "DEMOKEY001"


def demo_credentials(platform: str) -> Mapping[str, str]:
    """The secrets themselves, by the names of the platform's credentials."""
    if platform in ("ga4", "google_play"):
        key = {
            "type": "service_account",
            "client_email": SERVICE_ACCOUNT,
            "private_key_id": "demo",
            "private_key": _pem(service_account_key()),
        }
        return {"service_account_key": json.dumps(key)}
    if platform == "app_store":
        return {"issuer_id": ISSUER_ID, "key_id": KEY_ID, "private_key": _pem(app_store_key())}
    return DEMO_CREDENTIALS[platform]


@cache
def service_account_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def app_store_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
