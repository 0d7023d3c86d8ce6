"""JSON web tokens signed with a company's own key: ES256 (Apple) and RS256 (Google service accounts).

The platform judges `iat` and `exp` by its own clock, so they are of the machine's clock and never of `as_of`.
"""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ingestion.redaction import Redactor
from ingestion.rest_client import ApiError, Inspect, TokenAuth, api_session
from ingestion.sources.endpoints import Endpoint

#: Apple refuses tokens that live longer than 20 minutes, Google longer than an hour.
APPLE_SECONDS, GOOGLE_SECONDS = 15 * 60, 55 * 60
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def signed_jwt(whose: str, private_key: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Sign with a PEM key (its line ends may be written as \\n). Raises ApiError that does not repeat the key."""
    try:
        key = load_pem_private_key(private_key.replace("\\n", "\n").encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ApiError(
            f"{whose}: the private key is no PEM key; set the whole text of the key file"
        ) from None
    algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "RS256"
    parts = ({"typ": "JWT", **header, "alg": algorithm}, claims)
    signed = ".".join(_encoded(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    elif isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    else:
        raise ApiError(f"{whose}: the private key is neither an EC nor an RSA key")
    return f"{signed}.{_encoded(signature)}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def place_bearer(request: Any, token: str) -> None:
    request.headers["Authorization"] = f"Bearer {token}"


class AppleToken(TokenAuth):
    """A token of an App Store Connect API key; it is signed here, no request is needed."""

    def __init__(self, endpoint: Endpoint, redactor: Redactor) -> None:
        super().__init__(place_bearer)
        self._given, self._redactor = endpoint.credentials, redactor

    def renew(self) -> None:
        now = int(time.time())
        claims = {
            "iss": self._given["issuer_id"],
            "iat": now,
            "exp": now + APPLE_SECONDS,
            "aud": "appstoreconnect-v1",
        }
        header = {"kid": self._given["key_id"]}
        self.token = signed_jwt("app_store", self._given["private_key"], header, claims)
        self._redactor.add(self.token)


class ServiceAccountToken(TokenAuth):
    """An access token of a Google service account, exchanged for a token that its key signs."""

    def __init__(
        self, platform: str, endpoint: Endpoint, redactor: Redactor, scope: str, inspect: Inspect
    ) -> None:
        super().__init__(place_bearer)
        self._platform, self._redactor, self._scope = platform, redactor, scope
        try:
            key = json.loads(endpoint.credentials["service_account_key"])
            self._email, self._key, self._key_id = (
                key["client_email"],
                key["private_key"],
                key.get("private_key_id"),
            )
        except (ValueError, TypeError, KeyError):
            raise ApiError(
                f"{platform}: the service account key is not the JSON text of a key file"
            ) from None
        redactor.add(self._key)
        self._url = GOOGLE_TOKEN_URL if endpoint.is_real_host else f"{endpoint.base_url}/token"
        self._session = api_session(self._url, platform=platform, inspect=inspect, redactor=redactor)

    def renew(self) -> None:
        now = int(time.time())
        claims = {
            "iss": self._email,
            "scope": self._scope,
            "aud": GOOGLE_TOKEN_URL,
            "iat": now,
            "exp": now + GOOGLE_SECONDS,
        }
        assertion = signed_jwt(self._platform, self._key, {"kid": self._key_id}, claims)
        self._redactor.add(assertion)
        answer = self._session.post(self._url, data={"grant_type": _GRANT, "assertion": assertion}).json()
        self.token = answer["access_token"]
        self._redactor.add(self.token)
