"""Stands in for dbt's `adapter` while sqlfluff renders models: an engine macro becomes a call of its name."""

from collections.abc import Callable

#: Macros that stand for words of SQL, not for a value.
WORDS = {"computed_once": "materialized"}


def dispatch(macro_name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    def call(*arguments: object, **named: object) -> str:
        return (
            WORDS.get(macro_name)
            or f"{macro_name}({', '.join(str(a) for a in (*arguments, *named.values()))})"
        )

    return call


def quote(identifier: str) -> str:
    return f'"{identifier}"'
