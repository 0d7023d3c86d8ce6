"""Differences between a published database and what the oracle expects."""

from collections.abc import Container
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb

from tests.oracle.company import Company
from tests.oracle.warehouse import KEYS, Table, expected

EXAMPLES = 5


def compare(connection: duckdb.DuckDBPyConnection, company: Company, schema: str = "marts") -> list[str]:
    """One line per difference, at most EXAMPLES per table and kind; empty when every row is equal.

    Columns that the oracle does not know are not compared; money is compared exactly, ratios to 1e-12, estimates of
    effects (rounded at 8 decimals, and differences of these) to 2e-8.
    """
    differences = []
    for name, table in expected(company).items():
        differences += _differences(name, _published(connection, f"{schema}.{name}", KEYS[name]), table)
    return differences


def compare_apps(
    connection: duckdb.DuckDBPyConnection, company: Company, tables: Container[str]
) -> dict[str, list[str]]:
    """The same of some tables by app, for those that differ; the first column of every key is the app."""
    by_app: dict[str, list[str]] = {}
    for name, table in expected(company).items():
        if name not in tables:
            continue
        published, wanted = _by_app(_published(connection, f"marts.{name}", KEYS[name])), _by_app(table)
        for app_id in sorted(published.keys() | wanted.keys()):
            lines = _differences(name, published.get(app_id, {}), wanted.get(app_id, {}))
            if lines:
                by_app.setdefault(app_id, []).extend(lines)
    return by_app


def _by_app(table: Table) -> dict[str, Table]:
    apps: dict[str, Table] = {}
    for key, row in table.items():
        apps.setdefault(key[0], {})[key] = row
    return apps


def _published(connection: duckdb.DuckDBPyConnection, name: str, key: tuple[str, ...]) -> Table:
    cursor = connection.execute(f"select * from {name}")
    columns = [column[0] for column in cursor.description or []]
    table: Table = {}
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        table[tuple(row.pop(column) for column in key)] = row
    return table


def _differences(name: str, published: Table, table: Table) -> list[str]:
    missing = sorted(table.keys() - published.keys(), key=str)
    surplus = sorted(published.keys() - table.keys(), key=str)
    unequal = [
        f"{name} {_shown(key)}: {column} is {_shown(published[key][column])}, not {_shown(value)}"
        for key in sorted(table.keys() & published.keys(), key=str)
        for column, value in table[key].items()
        if not _equal(published[key][column], value, 2e-8 if name == "fct_activity_review" else 1e-12)
    ]
    lines = _capped(f"{name}: no row", [_shown(key) for key in missing])
    lines += _capped(f"{name}: unexpected row", [_shown(key) for key in surplus])
    return lines + unequal[:EXAMPLES] + _rest(f"{name}: unequal values", len(unequal))


def _capped(what: str, items: list[str]) -> list[str]:
    return [f"{what} {item}" for item in items[:EXAMPLES]] + _rest(what, len(items))


def _rest(what: str, count: int) -> list[str]:
    return [f"{what}: {count} in all"] if count > EXAMPLES else []


def _equal(actual: Any, wanted: Any, tolerance: float) -> bool:
    if actual is None or wanted is None:
        return actual is None and wanted is None
    if isinstance(wanted, float):
        return abs(float(actual) - wanted) <= tolerance * max(1.0, abs(wanted))
    if isinstance(wanted, datetime):
        return actual == wanted.astimezone(UTC).replace(tzinfo=None)
    if isinstance(wanted, Decimal):
        return Decimal(actual) == wanted
    return actual == wanted


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return " / ".join(map(str, value))
    return str(value)
