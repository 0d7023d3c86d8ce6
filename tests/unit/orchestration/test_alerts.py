"""Alerts: one digest a run, told to each place once, to a real receiver on loopback."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from ingestion.settings import Settings
from orchestration.alerts.digest import LINES, compose
from orchestration.alerts.findings import BlockingCheck, Findings, of_failed_run, of_publication
from orchestration.alerts.sending import SENT, alert, tell
from orchestration.defs.report import daily_report
from orchestration.defs.resources import Workspace
from orchestration.publication.swap import RECEIPT, Receipt
from tests.unit.orchestration.alert_receiver import TOKEN, Receiver, listening
from tests.unit.orchestration.published_company import DAY, HOSTILE, published_company


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as started:
        yield started


def blocked(*names: str, day: date = DAY) -> Findings:
    checks = [BlockingCheck(name, "raw/app_events/events", "12 rows") for name in names]
    return Findings(checks, ["not published: a check failed"], [], [], [], "CNY", day)


def settings(data_dir: Path) -> Settings:
    return Settings(data_dir, datetime(2026, 4, 1, 1, tzinfo=UTC))


def test_a_digest_is_told_once_and_again_when_it_says_more(tmp_path: Path, receiver: Receiver) -> None:
    for findings in (blocked("a"), blocked("a"), blocked("a", "b"), blocked("a", "b")):
        tell(tmp_path, findings, [receiver.url], {})
    first, second = receiver.messages
    assert first["title"] == "运营数仓：未发布"
    assert "• a (raw/app_events/events): 12 rows" in first["message"]
    assert "• b" in second["message"]
    nothing = Findings([], [], [], [], [], "CNY", DAY)
    assert tell(tmp_path, nothing, [receiver.url], {}) == []
    tell(tmp_path, blocked("a", "b"), [receiver.url], {"OPS_ALERT_LANGUAGE": "en"})
    assert len(receiver.messages) == 3, "what comes back after all was well is news again"
    assert receiver.messages[-1]["title"] == "ops-warehouse: not published"


def test_a_place_that_fails_is_tried_again_and_the_others_are_not_told_twice(
    tmp_path: Path, receiver: Receiver
) -> None:
    with listening() as broken:
        broken.status = 500
        urls = [broken.url, receiver.url, "no-such-place://abc", "json://127.0.0.1:1/nobody/listens"]
        outcomes = tell(tmp_path, blocked("a"), urls, {})
        assert outcomes == [
            "alert 1 of 4 (json): not sent, the next run tries again",
            "alert 2 of 4 (json): sent",
            "alert 3 of 4 (no-such-place): not sent (no URL that apprise knows), the next run tries again",
            "alert 4 of 4 (json): not sent, the next run tries again",
        ]
        broken.status = 200
        tell(tmp_path, blocked("a"), urls, {})
    assert (len(broken.messages), len(receiver.messages)) == (1, 1)


def test_secrets_are_neither_logged_nor_kept(
    tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    urls = [
        receiver.url,
        f"json://127.0.0.1:1/{TOKEN}",
        f"nonsense://{TOKEN}",
        f"feishu://{TOKEN}/too/many",
        TOKEN,
    ]
    outcomes = tell(tmp_path, blocked("a"), urls, {})
    assert len(outcomes) == 5
    assert receiver.messages
    assert TOKEN not in caplog.text + " ".join(outcomes)
    assert TOKEN not in (tmp_path / SENT).read_text("utf-8")
    assert logging.getLogger("apprise").disabled is False


def test_a_digest_is_short() -> None:
    digest = compose(blocked(*(f"check_{number}" for number in range(40))), "zh")
    assert digest.body.count("• ") == LINES
    assert "……另有 35 项" in digest.body
    long = [BlockingCheck(f"check_{number}", "raw/app_events/events", "长" * 200) for number in range(9)]
    digest = compose(Findings(long, [], [], [], [], "CNY", DAY), "zh", "reports/latest/company.html")
    assert len(digest.body.encode()) < 2048
    assert digest.body.count("• ") == 2
    assert digest.body.endswith("…\n\n运营日报: reports/latest/company.html")


def test_what_a_publication_leaves_to_worry_about(tmp_path: Path) -> None:
    findings = of_publication(settings(published_company(tmp_path)))
    assert [(feed.source, feed.entity) for feed in findings.late] == [("app_events", "events")]
    assert [(app.app_id, kpi.code, target.pacing) for app, kpi, target in findings.red] == [
        ("shop", "dau", Decimal("0.7"))
    ]
    assert [(app.app_id, move.kpi.code) for app, move in findings.anomalies] == [
        ("*", "dau"),
        ("shop", "dau"),
        ("shop", "new_users"),
    ]
    body = compose(findings, "zh", "/data/reports/latest/company.html").body
    assert "• App 事件: events" in body
    assert f"• {HOSTILE} 3月 日活 700 (目标 1,000, 进度 70%)" in body, "how far behind what is due by now"
    assert f"• {HOSTILE} 3月31日 日活 40 (常见区间 90 – 140); 主要来自 渠道 抖音 −70" in body
    assert f"• {HOSTILE} 3月31日 抖音 · 新增 0 (常见区间 20 – 40)" in body, "a channel that fell to nothing"
    assert "自然流量" not in body, "channels that are unusual in another way are left to the report"
    assert "/data/reports/latest/company.html" in body


def test_a_day_of_worries_is_one_of_the_reporting_time_zone(tmp_path: Path, receiver: Receiver) -> None:
    """In Shanghai 07:30 and 08:30 are one day, 21:30 and 07:30 of the next two; in UTC it is the other way round."""
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = failed_run(instance)
        for as_of, told in (("2026-03-31T23:30", 1), ("2026-04-01T00:30", 1), ("2026-04-01T13:30", 1),
                            ("2026-04-01T23:30", 2)):  # fmt: skip
            moment = Settings(tmp_path, datetime.fromisoformat(f"{as_of}+00:00"))
            tell(tmp_path, of_failed_run(moment, instance, run_id), [receiver.url], {})
            assert len(receiver.messages) == told, as_of
    assert of_publication(Settings(published_company(tmp_path), moment.as_of)).day == date(2026, 4, 2)


def failed_run(instance: dg.DagsterInstance) -> str:
    """A real run in which a blocking check fails, and the publication behind it never starts."""

    @dg.asset(check_specs=[dg.AssetCheckSpec("rows_are_conserved", asset="events", blocking=True)])
    def events() -> Iterator[object]:
        yield dg.Output(None)
        yield dg.AssetCheckResult(passed=False, metadata={"message": "3 rows\nwent missing"})

    @dg.asset(deps=[events])
    def publication() -> None:
        raise AssertionError("a failed blocking check lets nothing through")

    assets = [events, publication]
    return dg.materialize(assets, instance=instance, raise_on_error=False).run_id


def test_a_blocked_publication_is_told_with_its_check(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_company(tmp_path)
    receipt = Receipt("v1", "2026-04-01", "2026-04-01", "run-1", "print")
    (tmp_path / "published" / "current" / RECEIPT).write_text(json.dumps(receipt.__dict__))
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = failed_run(instance)
        findings = of_failed_run(settings(tmp_path), instance, run_id)
        assert findings.checks == [BlockingCheck("rows_are_conserved", "events", "3 rows went missing")]
        alert(settings(tmp_path), instance, run_id)
        assert receiver.messages == [], "off by default"
        monkeypatch.setenv("OPS_ALERT_URLS", f"  {receiver.url}\n")
        for _ in range(3):
            alert(settings(tmp_path), instance, run_id)
        (message,) = receiver.messages
        assert "读者看到的仍是上一次发布" in message["message"]
        assert "rows_are_conserved (events): 3 rows went missing" in message["message"]
        assert "日活" not in message["message"], "of the last good publication people were told when it came"
        alert(settings(tmp_path), instance, "run-1")
        assert "日活" in receiver.messages[-1]["message"], "the run of the receipt did publish"


def test_a_publication_without_its_report_is_told(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir = published_company(tmp_path)
    (data_dir / "reports").write_text("a file where the folder should be")
    monkeypatch.setenv("OPS_DATA_DIR", str(data_dir))
    monkeypatch.setenv("OPS_AS_OF", "2026-04-01T09:00:00+08:00")
    monkeypatch.setenv("OPS_ALERT_URLS", receiver.url)
    with dg.DagsterInstance.ephemeral() as instance:
        run_id = dg.materialize(
            [daily_report()], instance=instance, resources={"workspace": Workspace()}
        ).run_id
        receipt = Receipt("v1", "2026-04-01", "2026-04-01", run_id, "print")
        (data_dir / "published" / "current" / RECEIPT).write_text(json.dumps(receipt.__dict__))
        for _ in range(2):
            alert(settings(data_dir), instance, run_id)
    (message,) = receiver.messages
    assert "数据已发布，日报未生成\n• " in message["message"]
    assert "Error: " in message["message"], "and why"
    assert "latest/company.html" not in message["message"], "the page of an older day"


def test_a_failing_alert_never_fails_the_run(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPS_ALERT_URLS", receiver.url)
    current = tmp_path / "published" / "current"
    current.mkdir(parents=True)
    (current / RECEIPT).write_text("{ damaged")
    with dg.DagsterInstance.ephemeral() as instance:
        alert(settings(tmp_path), instance, "run-1")
    assert "no alert was sent" in caplog.text
    assert receiver.messages == []
