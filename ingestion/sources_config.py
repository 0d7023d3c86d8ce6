"""`sources.yaml`: which API accounts and databases to pull. Absent file = none, files in the inbox only.

Secrets never stand in it: `credentials` give the names of environment variables that hold them.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from ingestion.account_entries import DEMO
from ingestion.channel_accounts import ChannelAccount
from ingestion.config_values import Section
from ingestion.database_config import AppDatabase, unknown_names
from ingestion.errors import SourceError
from ingestion.sources.ad_accounts.account_settings import AdAccount, AdAccountSettings
from ingestion.yaml_lines import Place, YamlError, read_lined_yaml

FILE_NAME = "sources.yaml"
#: Keys of files that were written for an earlier version.
RENAMED = {"hour_ready": "ready_hour"}


class SourcesError(SourceError):
    """sources.yaml cannot be used; the message names its lines and says what to do."""


ApiAccount = AdAccountSettings | ChannelAccount


class SourcesConfig(Section):
    """All of sources.yaml."""

    app_databases: tuple[AppDatabase, ...] = ()
    ad_accounts: tuple[AdAccount, ...] = ()
    channels: tuple[Annotated[ChannelAccount, Field(discriminator="platform")], ...] = ()

    @property
    def accounts(self) -> tuple[ApiAccount, ...]:
        return (*self.ad_accounts, *self.channels)

    def of_platform(self, platform: str) -> tuple[ApiAccount, ...]:
        """Its accounts, in the order of the file."""
        return tuple(account for account in self.accounts if account.platform == platform)

    @property
    def wants_demo_apis(self) -> bool:
        """Whether some account is answered by the emulated APIs."""
        return any(account.endpoint == DEMO for account in self.accounts)


def load_sources(data_dir: Path) -> SourcesConfig:
    """Read `<data_dir>/sources.yaml`. Raises SourcesError that names every wrong line."""
    path = Path(data_dir) / FILE_NAME
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return SourcesConfig()
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesError(f"{path} cannot be read as UTF-8 text ({type(error).__name__})") from None
    return parse_sources(text)


def parse_sources(text: str) -> SourcesConfig:
    """The same from text."""
    try:
        lined = read_lined_yaml(text)
    except YamlError as error:
        raise SourcesError(f"{FILE_NAME} line {error.line}: {error.reason}") from None
    problems: list[tuple[int, str]] = []
    config = SourcesConfig()
    try:
        config = SourcesConfig.model_validate(lined.data if lined.data is not None else {})
    except ValidationError as error:
        problems = [(lined.line(detail["loc"]), _words(detail)) for detail in error.errors(include_url=False)]
    if not problems:
        problems = [(lined.line(place), words) for place, words in _unusable(config)]
    if problems:
        lines = (f"{FILE_NAME} line {line}: {words}" for line, words in sorted(set(problems)))
        raise SourcesError("; ".join(lines))
    for number, database in enumerate(config.app_databases):
        inside: Place = ("app_databases", number)
        database.remember_lines(
            {place[2:]: line for place, line in lined.lines.items() if place[:2] == inside}
        )
    return config


def _words(detail: ErrorDetails) -> str:
    """What to do about one error. Values are not repeated, a secret may stand in the wrong place."""
    name = next(
        (step for step in reversed(detail["loc"]) if isinstance(step, str) and step != "[key]"), "the file"
    )
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden" and name in RENAMED:
        return f"`{name}` is called `{RENAMED[name]}` now; rename it"
    if kind == "extra_forbidden":
        return f"`{name}` is not a key that is known here; remove it or correct its spelling"
    if kind == "missing":
        return f"`{name}` is missing; add it"
    if kind == "union_tag_not_found":
        return "`platform` is missing; add it (such as google_ads or ocean_engine)"
    if kind == "union_tag_invalid":
        return f"`platform` must be one of {context.get('expected_tags')}"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"`{name}` must be a block of `key: value` lines"
    if kind in ("tuple_type", "list_type"):
        return f"`{name}` must be a list, each entry with a leading `- `"
    if kind.startswith("date"):
        return f"`{name}` must be a date such as 2026-01-01"
    if kind == "string_pattern_mismatch":
        return f"`{name}` has characters that do not belong there (expected {context.get('pattern')})"
    return f"`{name}`: {detail['msg']}"


def _unusable(config: SourcesConfig) -> list[tuple[Place, str]]:
    """Errors between entries: repetitions, and accounts of a real host without credentials."""
    groups: dict[str, list[tuple[str, ...]]] = {
        "app_databases": [(database.name,) for database in config.app_databases],
        "ad_accounts": [(account.platform, account.account_id) for account in config.ad_accounts],
        "channels": [(account.platform, account.account_id) for account in config.channels],
    }
    problems: list[tuple[Place, str]] = [
        ((group, number), f"{' '.join(key)} is listed twice; keep one")
        for group, keys in groups.items()
        for number, key in enumerate(keys)
        if key in keys[:number]
    ]
    for number, database in enumerate(config.app_databases):
        problems.extend(
            (("app_databases", number, *place), words) for place, words in unknown_names(database)
        )
    for group, accounts in (("ad_accounts", config.ad_accounts), ("channels", config.channels)):
        for number, account in enumerate(accounts):
            if account.endpoint == DEMO:
                continue
            if account.credentials is None:
                problems.append(((group, number), "`credentials` is missing; add it (or `endpoint: demo`)"))
            elif not account.credentials.is_enough:
                words = "add `access_token`, or `client_id`, `client_secret` and `refresh_token`"
                problems.append(((group, number, "credentials"), words))
    return problems
