"""Random companies through the whole pipeline: every row of the user marts equals the plain-Python oracle."""

from pathlib import Path

import pytest

from tests.integration.pipeline import make
from tests.oracle.companies import random_company
from tests.oracle.company_files import write_company
from tests.oracle.comparison import compare

pytestmark = [pytest.mark.pipeline]


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.xdist_group(f"oracle_{seed}")) for seed in (1, 2)]
)
def test_every_row_equals_the_oracle(seed: int, tmp_path: Path) -> None:
    company = random_company(seed)
    environment = write_company(company, tmp_path)
    environment.pop("OPS_DATA_DIR")
    run = make("refresh", tmp_path, **environment)
    assert run.returncode == 0, run.output[-6000:]
    with run.published() as published:
        differences = compare(published, company)
    assert differences == [], "\n".join(differences[:40])
