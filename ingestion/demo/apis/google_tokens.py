"""Emulates Google's token endpoint for service accounts; both Google channel APIs have one."""

from ingestion.demo.apis.credentials import SERVICE_ACCOUNT, service_account_key
from ingestion.demo.apis.exchange import Answer, Request
from ingestion.demo.apis.faults import Kind
from ingestion.demo.apis.signed_tokens import claims_of

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class GoogleTokens:
    """Access tokens of one API; `scope` is what the client must ask for."""

    def __init__(self, name: str, scope: str) -> None:
        self._name, self._scope = name, scope
        self._issued = 0

    def answer(self, request: Request, fault: Kind | None) -> Answer | None:
        """A token for a request for one, a refusal for a request without one; None for what may come in."""
        if request.path == "/token":
            return self._issue(request)
        if fault == "expired_token":
            self._issued += 1
        if request.headers.get("authorization") == f"Bearer {self._token}":
            return None
        return google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")

    def _issue(self, request: Request) -> Answer:
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

    @property
    def _token(self) -> str:
        return f"ya29.demo-{self._name}-{self._issued}"


def google_error(status: int, name: str, message: str) -> Answer:
    return Answer({"error": {"code": status, "message": message, "status": name}}, status)
