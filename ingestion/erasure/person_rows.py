"""What becomes of one row: ids become the tombstone, free text of the person's own rows null, the rest stays.

The same for rows on disk and for rows that land, so that an old file brings only rows that are known already.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.contract import Contract
from ingestion.erasure.erased_list import DEVICE, TOMBSTONE, USER, PersonId, spellings
from ingestion.erasure.person_columns import (
    ADDRESSES,
    FREE_TEXT,
    KEPT_PROPERTIES,
    PERSON_PROPERTIES,
    person_columns,
    wordy_columns,
)
from ingestion.sources.app_events.strict_json import NotStrict, Number, canonical, parse

#: A shorter id is too often something else ("7", "u1", item 123456): among words it counts only in quotes.
SHORTEST_WORD, SHORTEST_NUMBER = 6, 9
Row = dict[str, Any]


def mention(texts: Iterable[str]) -> re.Pattern[str] | None:
    """Where one of these ids stands among other text, no letter or digit beside it; None without ids."""
    parts = []
    for text in texts:
        if len(text) >= (SHORTEST_NUMBER if text.isdigit() else SHORTEST_WORD):
            parts.append(rf"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])")
        else:
            parts.append(rf"(?<=[\"'>]){re.escape(text)}(?=[\"'<])")
    return re.compile("|".join(parts)) if parts else None


@dataclass
class ErasedPeople:
    """Ids in plain text with their tombstones: those of one erasure, or those that a landed file brought."""

    tombstones: Mapping[PersonId, str]
    content_mark: Callable[[str], str]
    #: Content hash -> what stands for it, where the order of hashes decides between versions of an event.
    ordered_marks: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_text = {(app, text): tombstone for (_, app, text), tombstone in self.tombstones.items()}
        self.apps = {app_id for _, app_id, _ in self.tombstones}
        self.texts = list(spellings(self.tombstones))
        self._patterns = {
            app: mention(spellings(person for person in self.tombstones if person[1] == app))
            for app in self.apps
        }

    def without_mentions(self, text: str | None, app_id: str) -> str | None:
        pattern = self._patterns.get(app_id)
        if not text or pattern is None:
            return text
        return pattern.sub(lambda found: self._by_text[app_id, found[0]], text)

    def changed(self, contract: Contract, row: Row) -> Row | None:
        """The columns that change, of a row of text columns; None when it has nothing of these people."""
        app, columns = row["app_id"], person_columns(contract)
        if app not in self.apps:
            return None
        hits = {
            name: tombstone
            for name, kind in columns.items()
            if (tombstone := self.tombstones.get((kind, app, row.get(name) or "")))
        }
        new: Row = dict(hits)
        is_own = self._is_own(row, columns, hits)
        if is_own:
            new |= {name: None for name in FREE_TEXT.get(contract.entity, ())} | {"_extra": None}
        if "properties" in row:
            new["properties"] = self._properties(contract, row["properties"], app, is_own)
        for name in wordy_columns(contract):
            if name in row and name not in columns:
                new[name] = self.without_mentions(new.get(name, row[name]), app)
        # A row that has a tombstone already, of somebody who shared the device, has its mark too.
        if hits and not any((row.get(name) or "").startswith(TOMBSTONE) for name in columns):
            old = row["_content_hash"]
            new["_content_hash"] = self.ordered_marks.get(old) or self.content_mark(old)
        new = {name: value for name, value in new.items() if name in row and row[name] != value}
        return new or None

    def _is_own(self, row: Row, columns: Mapping[str, str], hits: Row) -> bool:
        """A row is of its users; of its device only when it names no user."""
        users = [name for name, kind in columns.items() if kind == USER and row.get(name)]
        if users:
            return any(columns[name] == USER for name in hits)
        return any(columns[name] == DEVICE for name in hits)

    def _properties(self, contract: Contract, text: str | None, app: str, is_own: bool) -> str | None:
        if text is None:
            return None
        if is_own and contract.entity != "events":
            return "{}"  # of a profile nothing is kept but that something was done to it
        if not is_own and not any(each in text for each in self.texts):
            return text
        try:
            properties = parse(text)
        except NotStrict:
            return None if is_own else text
        if not isinstance(properties, dict):
            return None if is_own else text
        kept = {name: value for name, value in properties.items() if not is_own or name in KEPT_PROPERTIES}
        new = {name: self._value(name, value, app, is_own) for name, value in kept.items()}
        return text if new == properties else canonical(new)

    def _value(self, name: str, value: object, app: str, is_own: bool) -> object:
        """Keys of things stay, also where one is spelled as the id of the person is."""
        if name in PERSON_PROPERTIES and isinstance(value, str):
            return self.tombstones.get((USER, app, value.strip()), value)
        if isinstance(value, Number) or name.endswith("_id"):
            return value
        if isinstance(value, str):
            bare = re.split("[?#]", value, maxsplit=1)[0] if is_own and name in ADDRESSES else value
            return self.without_mentions(bare, app)
        if not isinstance(value, dict | list):
            return value
        if is_own:
            return None
        if isinstance(value, dict):
            return {key: self._value(key, inner, app, is_own) for key, inner in value.items()}
        return [self._value("", inner, app, is_own) for inner in value]

    def changed_quarantine(self, row: Row) -> Row | None:
        """Of a line that was put aside: its text goes when it names somebody; place and reason code stay."""
        named = _APP.findall(row["raw_text"] or "")  # properties may have an app_id of their own
        apps = self.apps.intersection(named) if named else self.apps
        texts = (row["raw_text"], row["reason"])
        if not any(self._names(text or "", app) for text in texts for app in apps):
            return None
        return {"raw_text": None, "reason": row["reason_code"]}

    def _names(self, text: str, app: str) -> bool:
        """Also a short id, wherever no letter or digit is beside it: better a line too many than one too few."""
        ids = [person[2] for person in self.tombstones if person[1] == app]
        return any(re.search(rf"(?<![0-9A-Za-z]){re.escape(each)}(?![0-9A-Za-z])", text) for each in ids)


_APP = re.compile(r'"app_id"\s*:\s*"([^"]*)"')
