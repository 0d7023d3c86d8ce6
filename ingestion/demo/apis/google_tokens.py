"""Emulates Google's token endpoint for service accounts; both Google channel APIs have one."""

from ingestion.demo.apis.credentials import SERVICE_ACCOUNT, service_account_key
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.signed_tokens import claims_of

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class GoogleTokens:
    """Access tokens of one API; `scope` is what the client must ask for."""

    def __init__(self, name: str, scope: str) -> None:
        self._name, self._scope = name, scope
        self._issued = 0

    def issue(self, request: Request) -> Answer:
        given = request.form
        try:
            claims = claims_of(given.get("assertion", ""), service_account_key().public_key())
        except ValueError as error:
            return Answer({"error": "invalid_grant", "error_description": str(error)}, 400)
        if (
            given.get("grant_type") != GRANT
            or claims["iss"] != SERVICE_ACCOUNT
            or claims["scope"] != self._scope
        ):
            return Answer({"error": "invalid_grant", "error_description": "unknown account or scope"}, 400)
        self._issued += 1
        return Answer({"access_token": self._token, "expires_in": 3600, "token_type": "Bearer"})

    def expire(self) -> None:
        self._issued += 1

    def refusal(self, request: Request) -> Answer | None:
        """The answer to a request whose token is none."""
        if request.headers.get("authorization") == f"Bearer {self._token}":
            return None
        return google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")

    @property
    def _token(self) -> str:
        return f"ya29.demo-{self._name}-{self._issued}"


def google_error(status: int, name: str, message: str) -> Answer:
    return Answer({"error": {"code": status, "message": message, "status": name}}, status)
