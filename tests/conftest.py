"""What tests of more than one folder share."""

import os
from collections.abc import Iterator

import pytest

from tests.integration.browser import Browser, find_chromium, open_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser; where there is none the tests are skipped, except in CI."""
    chromium = find_chromium()
    if chromium is None:
        assert not os.environ.get("CI"), "CI looks at the report: .ci/run installs chromium"
        pytest.skip("chromium is not installed: apt-get install chromium fonts-wqy-zenhei")
    with open_browser(chromium) as opened:
        yield opened
