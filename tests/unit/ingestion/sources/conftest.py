"""No test of a connector waits for real: the waits between tries are noted, not slept."""

import pytest

from ingestion import rest_client


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that would have been waited."""
    seconds: list[float] = []
    monkeypatch.setattr(rest_client, "WAITS", rest_client.Waits(read=0.4, whole=1.5, sleep=seconds.append))
    return seconds
