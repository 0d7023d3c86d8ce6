"""What every ad platform's `pull` and `connect` have in common."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from ingestion.settings import Settings
from ingestion.sources.account_pulls import PullResults, pull_accounts
from ingestion.sources.ad_accounts.account_settings import AdAccountSettings, ConfiguredAccount
from ingestion.sources.ad_accounts.business_days import same_days
from ingestion.sources.ad_accounts.contracts import contract, platform_contracts
from ingestion.sources.ad_accounts.reports import Days
from ingestion.sources.endpoints import Endpoint, resolve
from ingestion.sources.questions import STALE_AFTER, Answer, Connected, Question, TextRow

Account = TypeVar("Account", bound=AdAccountSettings)
Given = TypeVar("Given", bound=AdAccountSettings, contravariant=True)
State = Callable[[], Sequence[TextRow]]


class Pull(Protocol[Given]):
    """Lands what is needed of every account. Raises SourceError for bad configuration or when none works."""

    def __call__(
        self,
        settings: Settings,
        accounts: Sequence[Given],
        *,
        dates: Sequence[date] | None = None,
        demo_base_url: str | None = None,
    ) -> PullResults: ...


def platform_pull(
    source: str, host: str, connect: Callable[[Settings, Account, Endpoint], Connected]
) -> Pull[Account]:
    """The `pull` of a platform whose accounts know nothing of each other."""

    def pull(
        settings: Settings,
        accounts: Sequence[Account],
        *,
        dates: Sequence[date] | None = None,
        demo_base_url: str | None = None,
    ) -> PullResults:
        endpoints = {account.account_id: resolve(account, host, demo_base_url) for account in accounts}

        def ask(account: Account) -> Connected:
            return connect(settings, account, endpoints[account.account_id])

        return pull_accounts(settings, source, accounts, ask, platform_contracts(source), dates)

    return pull


def own_columns(account: ConfiguredAccount, zone: ZoneInfo) -> dict[str, str | None]:
    """What every row says of an account whose platform tells neither its name nor its currency nor its zone."""
    return {
        "account_id": account.account_id,
        "account_name": account.account_name,
        "currency_code": account.currency_code,
        "time_zone": zone.key,
    }


def connected(
    settings: Settings,
    account: AdAccountSettings,
    zone: ZoneInfo,
    days: Mapping[tuple[str, ...], Days],
    states: Mapping[str, State],
    *,
    endpoint: str,
    longest_days: int = 30,
    ready_hour: int = 0,
    hours: Days | None = None,
    longest_days_by_hour: int = 7,
) -> Connected:
    """The questions of one account: `days` by the entities that one answer holds, `states` by entity.

    `ready_hour` is the local hour at which the platform has the day before whole. `hours` are asked of an
    account whose days are not those of the app that it serves.
    """
    stale = settings.as_of - STALE_AFTER
    last_day = (settings.as_of.astimezone(zone) - timedelta(hours=ready_hour)).date() - timedelta(days=1)
    asked = {entities: (ask, longest_days) for entities, ask in days.items()}
    business_zone = ZoneInfo(account.business_timezone or settings.reporting_timezone)
    if hours is not None and not same_days(zone, business_zone, last_day):
        asked[("hourly_performance",)] = (hours, longest_days_by_hour)
    questions = [
        Question(
            tuple(contract(account.platform, entity) for entity in entities),
            ask, endpoint, account.restatement_days, stale, longest_days=longest,
        )
        for entities, (ask, longest) in asked.items()
    ]  # fmt: skip
    for entity, state in states.items():
        questions.append(_of_state(account, entity, state, endpoint, settings))
    return Connected(zone, last_day, tuple(questions))


def _of_state(
    account: AdAccountSettings, entity: str, state: State, endpoint: str, settings: Settings
) -> Question:
    def ask(_first: date, _last: date) -> Answer:
        return {entity: state()}

    contracts = (contract(account.platform, entity),)
    return Question(contracts, ask, endpoint, 0, settings.as_of - STALE_AFTER, date_column=None)
