"""Error codes that sources.yaml adds to those of a platform whose codes are partly unknown."""

from ingestion.rest_client import Inspect
from ingestion.sources.ad_accounts.account_settings import CodedAccount
from ingestion.sources.ad_accounts.coded_answers import coded


def with_own_codes(
    account: CodedAccount, retry: tuple[int, ...], expired: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The codes that can be tried again, and those of an expired token."""
    return (*retry, *account.retry_codes), (*expired, *account.expired_codes)


def inspect_with(
    account: CodedAccount, retry: tuple[int, ...], expired: tuple[int, ...], message: str = "message"
) -> Inspect:
    """Judges answers with a `code`; every other code is final."""
    again, token = with_own_codes(account, retry, expired)
    return coded(try_again=lambda code: code in again, expired=token, message=message)


def final_codes(message: str = "message") -> Inspect:
    """For token endpoints: a refused refresh token is refused for good."""
    return coded(try_again=lambda code: False, expired=(), message=message)
