"""Ids of people that say who they are: in published tables a phone number, a mail address or a device is a pseudonym.

A pseudonym is HMAC-SHA-256 (RFC 2104) of the id with OPS_PSEUDONYM_KEY: whoever has the key finds a known id again,
nobody else finds any. Without a key each publication makes one of its own: nothing personal gets out then either, but
such an id is another one in the next publication. The warehouse, which is private, keeps ids as they came.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ingestion.hmac_sql import hmac_hex, hmac_parameters
from ingestion.settings import ConfigurationError
from orchestration.pseudonym_key import KEY_VARIABLE, pseudonym_key
from orchestration.publication.own_tables import sql_text
from orchestration.publication.verify import NotPublishable

#: Columns of any public table that hold ids of people.
PERSON_COLUMNS = ("user_id", "inviter_user_id", "invitee_user_id", "creator_id")
#: An id that starts so is what a device or browser calls itself.
ANONYMOUS = "anon:"
#: Chinese mobile numbers as people write them, others where they name their country; and mail addresses.
PHONE = r"(\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|(\+|00)[1-9][0-9 ()-]{6,18}[0-9]"
MAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
#: What stays of an id: 'anon:' of a device, nothing of anything else.
_PREFIX = f"case when starts_with(id, {sql_text(ANONYMOUS)}) then {sql_text(ANONYMOUS)} else '' end"


@dataclass
class Pseudonyms:
    """Of one publication; `count` is how many ids have one. `is_stable`: the key is that of the environment."""

    key: bytes
    is_stable: bool
    count: int = 0

    @classmethod
    def from_environment(cls) -> "Pseudonyms":
        """Raises NotPublishable for a key that could be guessed."""
        try:
            key = pseudonym_key()
        except ConfigurationError as error:
            raise NotPublishable(str(error)) from None
        return cls(key or secrets.token_bytes(32), bool(key))

    @property
    def warning(self) -> str:
        """What a person has to know; '' for nothing."""
        if self.is_stable or not self.count:
            return ""
        return (
            f"{KEY_VARIABLE} is not set: {self.count:,} ids of people that are a phone number, a mail address or a "
            "device get other pseudonyms in each publication"
        )

    def of(self, text: str) -> str:
        """The pseudonym of an id, without the 'anon:' before that of a device."""
        return hmac.digest(self.key, text.encode(), "sha256").hex()

    def prepare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """The temp table of pseudonyms, empty."""
        connection.execute("create temp table pseudonyms (id varchar primary key, pseudonym varchar)")

    def select(self, connection: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str]) -> str:
        """A query for the relation's rows as they may be published. Ids of a table get their pseudonyms here."""
        joins, replaced = [], []
        for number, column in enumerate(name for name in columns if name in PERSON_COLUMNS):
            self.count += connection.execute(
                f"""insert or ignore into pseudonyms
                select id, {_PREFIX} || {hmac_hex(f"substr(id, 1 + length({_PREFIX}))")}
                from (select distinct "{column}" as id from {relation} where {_says_who("id")})""",
                hmac_parameters(self.key),
            ).fetchall()[0][0]
            joins.append(f'left join pseudonyms as p{number} on p{number}.id = original."{column}"')
            replaced.append(f'coalesce(p{number}.pseudonym, original."{column}") as "{column}"')
        if not self.count or not joins:
            return f"select * from {relation}"
        return (
            f"select original.* replace ({', '.join(replaced)}) from {relation} as original {' '.join(joins)}"
        )


def _says_who(column: str) -> str:
    return f"""starts_with({column}, {sql_text(ANONYMOUS)})
        or regexp_full_match({column}, {sql_text(PHONE)}) or regexp_full_match({column}, {sql_text(MAIL)})"""
