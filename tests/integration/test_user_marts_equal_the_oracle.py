"""A random company through the whole pipeline, checks and publication included: the user marts equal the oracle.

The many companies are in test_random_companies_equal_the_oracle.py; this one has four apps, larger and with KPIs.
"""

from pathlib import Path

import pytest

from tests.integration.pipeline import make
from tests.oracle.companies import random_company
from tests.oracle.company_files import write_company
from tests.oracle.comparison import compare

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("oracle")]


def test_every_row_equals_the_oracle(tmp_path: Path) -> None:
    company = random_company(1)
    environment = write_company(company, tmp_path)
    environment.pop("OPS_DATA_DIR")
    run = make("refresh", tmp_path, **environment)
    assert run.returncode == 0, run.output[-6000:]
    with run.warehouse() as warehouse:  # what is published has pseudonyms instead of some ids
        differences = compare(warehouse, company)
    assert differences == [], "\n".join(differences[:40])
