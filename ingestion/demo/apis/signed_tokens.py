"""Reads the signed tokens that clients send, as a platform does: signature first, then the claims."""

import base64
import json
import time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def claims_of(token: str, key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """Header and claims in one. Raises ValueError for a wrong signature and for a token out of its time."""
    try:
        head, body, signature = (_decoded(part) for part in token.split("."))
        signed = token.rsplit(".", 1)[0].encode()
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        else:
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        claims = json.loads(head) | json.loads(body)
    except (ValueError, InvalidSignature):
        raise ValueError("the signature does not verify") from None
    if not claims["iat"] - 60 <= time.time() <= claims["exp"] <= claims["iat"] + 3600:
        raise ValueError("the token is out of its time")
    return claims


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
