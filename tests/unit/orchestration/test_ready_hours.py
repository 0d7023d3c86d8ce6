"""The daily refresh comes when platforms have the day before, and again for what is late; final days are asked once."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from ingestion.settings import Settings
from orchestration.defs.jobs import daily_schedule, refresh_times
from orchestration.defs.resources import REFRESH
from tests.unit.ingestion.sources.ad_accounts.platform_cases import CASES, FIRST_DAY

SHANGHAI = ZoneInfo("Asia/Shanghai")
TENCENT = next(case for case in CASES if case.source == "tencent_ads")


@dg.op
def nothing() -> None: ...


@dg.job(name=REFRESH)
def refresh_once() -> None:
    nothing()


def company(folder: Path, *accounts: str, zone: str = "Asia/Shanghai") -> Settings:
    (folder / "sources.yaml").write_text("ad_accounts:\n" + "".join(accounts), "utf-8")
    return Settings(folder, datetime(2026, 4, 1, 1, tzinfo=UTC), True, reporting_timezone=zone)


def account(platform: str, **more: Any) -> str:
    facts = {"account_id": '"7700001"', "endpoint": "demo", **more}
    return f"  - platform: {platform}\n" + "".join(f"    {key}: {value}\n" for key, value in facts.items())


def test_the_schedule_follows_the_ready_hours(tmp_path: Path) -> None:
    assert refresh_times(Settings(tmp_path, datetime(2026, 4, 1, tzinfo=UTC))) == ["0 8 * * *"]
    usual = company(tmp_path, account("tencent_ads"), account("google_ads", ready_hour=3))
    assert refresh_times(usual) == [f"0 {hour} * * *" for hour in (8, 10, 13)]
    late = company(tmp_path, account("tiktok_ads"), account("meta_ads", ready_hour=21))
    assert refresh_times(late) == [f"0 {hour} * * *" for hour in (8, 11, 21, 23)]


def test_an_hour_is_of_the_zone_in_which_the_day_is_counted(tmp_path: Path) -> None:
    in_india = company(
        tmp_path,
        account("kuaishou_ads", ready_hour=12),
        account("meta_ads", ready_hour=9, business_timezone="America/New_York"),
        zone="Asia/Kolkata",
    )
    # 12:00 GMT+8 and 9:00 GMT-4 (in summer) of Kolkata, GMT+5:30; asked again after the later one.
    assert refresh_times(in_india) == ["0 8 * * *", "30 9 * * *", "30 18 * * *", "30 20 * * *", "30 23 * * *"]


def test_a_broken_sources_yaml_leaves_the_schedule(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text("ad_accounts: 7\n", "utf-8")
    assert refresh_times(Settings(tmp_path, datetime(2026, 4, 1, tzinfo=UTC))) == ["0 8 * * *"]


def test_what_is_ready_later_is_asked_later_and_final_days_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = company(
        tmp_path, account("tencent_ads", ready_hour=11, restatement_days=2, start_date=FIRST_DAY)
    )
    asks = TENCENT.account(ready_hour=11, restatement_days=2)
    monkeypatch.setenv("OPS_DATA_DIR", str(tmp_path))
    instance = dg.DagsterInstance.local_temp(str(tmp_path))

    def tick(hour: int) -> dg.RunRequest | dg.SkipReason:
        at = datetime(2026, 4, 1, hour, tzinfo=SHANGHAI)
        monkeypatch.setenv("OPS_AS_OF", at.isoformat())
        context = dg.build_schedule_context(instance, scheduled_execution_time=at)
        answer = daily_schedule(settings)(context)
        assert isinstance(answer, dg.RunRequest | dg.SkipReason)
        return answer

    def refresh(hour: int) -> None:
        """What the run that was asked for does."""
        results = TENCENT.pull(
            tmp_path, accounts=[asks], as_of=datetime(2026, 4, 1, hour, 5, tzinfo=SHANGHAI).astimezone(UTC)
        )
        assert results.failures == []

    def asked() -> Counter[date]:
        rows = TENCENT.landed(tmp_path, "pulls")
        return Counter(row["report_date"] for row in rows if row["entity"] == "ad_performance")

    assert isinstance(tick(8), dg.RunRequest)
    refresh(8)
    assert max(asked()) == date(2026, 3, 30), "yesterday is not ready yet"
    assert isinstance(tick(10), dg.SkipReason), "nothing is late before its hour"
    request = tick(11)
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == "2026-03-31"
    with_run = instance.create_run_for_job(refresh_once, status=dg.DagsterRunStatus.STARTED)
    answer = tick(11)
    assert isinstance(answer, dg.SkipReason)
    assert answer.skip_message == "a refresh is under way; late: tencent_ads 7700001"
    instance.delete_run(with_run.run_id)
    refresh(11)
    assert max(asked()) == date(2026, 3, 31)
    assert {day for day, times in asked().items() if times > 1} == {date(2026, 3, 30)}
    answer = tick(13)
    assert isinstance(answer, dg.SkipReason)
    assert answer.skip_message == "every account has what its platform has"
