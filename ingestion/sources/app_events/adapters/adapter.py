"""What one vendor format says: where each canonical column is found in a line of it.

A template is SQL in which `{a.b}` stands for the text at that path of the line: strings unescaped, numbers with every
digit, objects as JSON, null where there is nothing. `{own:a}` is looked up in the properties as the adapter made them,
`{@own}` are these properties whole. `{@content}` is the whole line without blanks and without the keys of `transport`:
what a line without an id is recognised by.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"\{([A-Za-z_$@][^{}]*)\}")
CONTENT = "@content"
OWN = "@own"
OWN_PATH = "own:"


@dataclass(frozen=True)
class Source:
    """A template, and the words that docs/event_formats.md has for it (default: the template)."""

    template: str
    words: str = ""

    def __str__(self) -> str:
        return self.words or _PLACE.sub(r"\1", self.template)


@dataclass(frozen=True)
class Adapter:
    """A format. `columns` are canonical columns; `derived` are properties added where the vendor's own lack them."""

    format: str
    columns: Mapping[str, Source]
    properties: Source
    derived: Mapping[str, Source]
    #: Top-level keys that the columns hold whole; the other ones are kept in `_extra`.
    consumed: tuple[str, ...]
    #: Paths whose value must be text or a number.
    scalars: tuple[str, ...]
    #: Reason code → (condition, words) of lines that are no event, looked at in this order.
    problems: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: Top-level keys that differ when the same event is sent again.
    transport: tuple[str, ...] = ()
    #: Condition of the lines that are of this adapter; the other ones are of `operations`. Never null.
    only: str = ""
    #: How lines that are operations on profiles become rows of that contract.
    operations: "Adapter | None" = None

    @property
    def is_of_operations(self) -> bool:
        """Whether its rows are operations on profiles."""
        return "operation_id" in self.columns

    def paths(self) -> list[str]:
        """Every path that a template names, once, in a stable order."""
        templates = [source.template for source in (*self.columns.values(), *self.derived.values())]
        templates += [
            self.properties.template,
            *(condition for condition, _ in self.problems.values()),
            self.only,
        ]
        found = [path for template in templates for path in _PLACE.findall(template)]
        return [path for path in dict.fromkeys(found) if path not in (CONTENT, OWN)]


def json_path(path: str) -> str:
    """`a.$b` → `$."a"."$b"`."""
    return "$" + "".join(f'."{key}"' for key in path.split("."))


def filled(template: str, places: Mapping[str, str]) -> str:
    """The template as SQL; `places` gives the expression of each path."""
    return _PLACE.sub(lambda match: places[match[1]], template)


def first(*paths: str) -> Source:
    """The first of the paths that holds something."""
    places = [f"nullif({{{path}}}, '')" for path in paths]
    sql = places[0] if len(places) == 1 else f"coalesce({', '.join(places)})"
    return Source(sql, ", else ".join(f"`{path}`" for path in paths))


def fingerprint(*paths: str) -> str:
    """SQL template: md5 over the length-prefixed texts at the paths; nothing is `-`."""
    parts = ", ".join(f"coalesce(length({{{path}}}) || ':' || {{{path}}}, '-')" for path in paths)
    return f"md5(concat_ws(';', {parts}))"


def country_columns(path: str) -> tuple[Source, Source]:
    """(column country, property country_name): vendors send the ISO code or a name, and only the code is a country."""
    code = f"regexp_full_match({{{path}}}, '[A-Za-z][A-Za-z]')"
    return (
        Source(f"case when {code} then upper({{{path}}}) end", f"`{path}` when it is a code of two letters"),
        Source(f"case when not {code} then {{{path}}} end", f"`{path}` when it is a name"),
    )
