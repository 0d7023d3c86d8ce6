"""The ops workbook: what people typed makes sense before marts are built on it."""

from collections.abc import Callable, Iterator
from zoneinfo import available_timezones

from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Expect, Frame, between, matches, not_below, one_of
from orchestration.expectations.volume import size_of_previous

_ISO_CURRENCY = "^[A-Z]{3}$"


def frames(view: BatchView) -> list[Frame]:
    return [size_of_previous(view, smallest=20), *_keys(view), *_contents(view)]


def _keys(view: BatchView) -> Iterator[Frame]:
    """Two rows that say different things about the same key: nobody can know which one is meant."""
    for entity in filter(view.has, view.entities):
        key = ", ".join(
            f'coalesce(cast("{column}" as varchar), \'\') as "{column}"'
            for column in view.contract(entity).key
        )
        rows = view.frame(f"select {key}, count(*) as rows_of_key from {view.new(entity)} group by all")
        expectation = between("a key stands in one row only", "rows_of_key", 1, 1)
        yield Frame(f"keys of {entity}", rows, (expectation,), labels=view.contract(entity).key)


def _contents(view: BatchView) -> Iterator[Frame]:
    for entity, make in _EXPECTED.items():
        if view.has(entity):
            labels = view.contract(entity).key
            yield Frame(entity, view.frame(f"select * from {view.new(entity)}"), make(), labels=labels)


def _apps() -> tuple[Expect, ...]:
    return (
        one_of("a time zone is an IANA name", "timezone", sorted(available_timezones())),
        matches("a currency is an ISO 4217 code", "currency", _ISO_CURRENCY),
    )


_EXPECTED: dict[str, Callable[[], tuple[Expect, ...]]] = {
    "apps": _apps,
    "activities": lambda: (
        not_below("an activity ends after it starts", "end_at", "start_at"),
        matches("a currency is an ISO 4217 code", "currency", _ISO_CURRENCY),
    ),
    "channel_costs": lambda: (matches("a currency is an ISO 4217 code", "currency", _ISO_CURRENCY),),
    "fx_rates": lambda: (
        matches("a currency is an ISO 4217 code", "currency", _ISO_CURRENCY),
        between("a rate is above zero", "rate_to_reporting", 0, strict_min=True),
    ),
    "funnel_steps": lambda: (between("steps are numbered from 1 to 50", "step_number", 1, 50),),
}
