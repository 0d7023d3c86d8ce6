"""A run that may not publish says so once: `make refresh` with an arrival that its gate holds, a real receiver."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.integration.conftest import DEMO_SIZE
from tests.integration.pipeline import Run, make
from tests.unit.orchestration.alert_receiver import TOKEN, listening

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

LONG_AGO = (1_700_000_000, 1_700_000_000)


def test_a_blocked_publication_is_told_once(demo_run: Run, tmp_path: Path) -> None:
    company = tmp_path / "copy" / "demo"
    shutil.copytree(demo_run.data_dir, company, symlinks=True)
    before = os.readlink(company / "published" / "current")
    late = [
        {"event_id": f"late{number}", "event_name": "page_view", "app_id": "aurora", "user_id": "u1",
         "occurred_at": f"2030-01-01T{number // 60:02}:{number % 60:02}:00+08:00"}
        for number in range(150)
    ]  # fmt: skip
    path = company / "inbox" / "app_events" / "wrong_clock.ndjson"
    path.write_text("".join(json.dumps(event) + "\n" for event in late), "utf-8")
    os.utime(path, LONG_AGO)
    with listening() as receiver:
        for _ in range(2):
            held = make("run", company.parent, folder=company, OPS_ALERT_URLS=receiver.url, **DEMO_SIZE)
            assert held.returncode != 0
            assert TOKEN not in held.output
            assert "no alert was sent" not in held.output
        (message,) = receiver.messages
    assert message["title"] == "运营数仓：未发布"
    assert "raw/app_events/events" in message["message"], message
    assert os.readlink(company / "published" / "current") == before
    logs = [
        path for path in company.rglob("*") if path.is_file() and path.suffix in (".log", ".json", ".db", "")
    ]
    assert [path for path in logs if TOKEN.encode() in path.read_bytes()] == []
