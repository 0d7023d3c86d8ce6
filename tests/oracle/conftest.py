"""What the oracle expects of random companies, worked out once a worker."""

import functools
from collections.abc import Callable

import pytest

from tests.oracle.companies import random_company
from tests.oracle.warehouse import Table, expected


@pytest.fixture(scope="session")
def tables_of() -> Callable[[int], dict[str, Table]]:
    """Seed of a random company → its tables; not to be changed."""
    return functools.cache(lambda seed: expected(random_company(seed)))
