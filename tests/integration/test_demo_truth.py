"""The demo company's KPIs equal what its simulator knows to be true, exactly."""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.pipeline import Run

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("demo")]

TESTS = Path(__file__).resolve().parents[1]
#: KPIs that the simulator does not tell, and what works out the same quantities from the inputs instead.
TOLD_ELSEWHERE = {
    "avg_session_seconds": "oracle/sessions.py",
    "cac": "oracle/channel_days.py",
    "channel_visits": "oracle/channel_days.py",
    "engagement_rate": "oracle/content_performance.py",
    "roas": "oracle/advertising.py",
    "roi_d30": "oracle/channel_days.py",
    "roi_d7": "oracle/channel_days.py",
    "share_rate": "oracle/content_performance.py",
    "total_followers": "integration/test_channels.py",
}


def _truth(run: Run) -> dict[tuple, Decimal]:
    with (run.data_dir / "truth" / "kpi.csv").open(encoding="utf-8", newline="") as file:
        return {
            (
                row["app_id"], row["kpi_code"], row["grain"], date.fromisoformat(row["period_start"]),
                row["dimension"], row["dimension_value"],
            ): Decimal(row["value"])
            for row in csv.DictReader(file)
        }  # fmt: skip


def _published(run: Run) -> dict[tuple, tuple[Decimal, bool]]:
    with run.published() as published:
        rows = published.sql(
            """select app_id, kpi_code, grain, period_start, dimension, dimension_value, value, is_complete
            from kpi.fct_kpi_current"""
        ).fetchall()
    return {row[:6]: row[6:] for row in rows}


def test_every_true_value_is_published_exactly(demo_run: Run) -> None:
    truth, published = _truth(demo_run), _published(demo_run)
    wrong = [
        f"{key}: true {value}, published {published.get(key, ('nothing',))[0]}"
        for key, value in sorted(truth.items())
        if key not in published or published[key][0] != value
    ]
    assert len(truth) > 5_000
    by_code: dict[str, int] = defaultdict(int)
    for line in wrong:
        by_code[line.split("'")[3]] += 1
    assert wrong == [], f"{len(wrong)} of {len(truth)} differ: {dict(by_code)}\n" + "\n".join(wrong[:40])


def test_every_kpi_is_told_by_the_simulator_or_by_an_oracle(demo_run: Run) -> None:
    with demo_run.published() as published:
        codes = {code for (code,) in published.sql("select kpi_code from kpi.dim_kpi").fetchall()}
    assert codes - {key[1] for key in _truth(demo_run)} == TOLD_ELSEWHERE.keys()
    assert [name for name in TOLD_ELSEWHERE.values() if not (TESTS / name).is_file()] == []


def test_what_is_true_of_a_whole_period_is_published_as_complete(demo_run: Run) -> None:
    truth, published = _truth(demo_run), _published(demo_run)
    open_periods = [key for key in truth if key in published and not published[key][1]]
    assert open_periods == []


def test_the_running_day_is_there_and_flagged(demo_run: Run) -> None:
    with demo_run.published() as published:
        rows = published.sql(
            """select app_id, max(period_start) filter (where is_complete), max(period_start)
            from kpi.fct_kpi where kpi_code = 'active_users' and grain = 'day' and dimension = 'all'
            group by app_id order by app_id"""
        ).fetchall()
    # 2026-04-01 09:00 in Shanghai is 2026-03-31 18:00 in Los Angeles.
    assert {row[0]: row[1:] for row in rows if row[0] != "*"} == {
        "aurora": (date(2026, 3, 31), date(2026, 4, 1)),
        "harbor": (date(2026, 3, 30), date(2026, 3, 31)),
    }


def test_beside_a_competitor_stands_our_own_true_value(demo_run: Run) -> None:
    truth = {key: value for key, value in _truth(demo_run).items() if key[4] == "all"}
    with (demo_run.data_dir / "inbox/ops_workbook/competitor_metrics.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    expected = set()
    for row in written:
        day, value = date.fromisoformat(row["metric_date"]), Decimal(row["value"])
        key = (row["app_id"], row["kpi_code"], row["grain"], day, "all", "all")
        own = truth[key] if row["kpi_code"] else None
        difference = None if own is None else own - value
        expected.add((row["app_id"], row["metric_name"], day, value, own, difference))
    with demo_run.published() as published:
        rows = published.sql(
            """select app_id, metric_name, metric_date, value, own_value, difference
            from marts.fct_competitor_metrics"""
        ).fetchall()
    assert len(rows) == len(expected) > 0
    assert set(rows) == expected


def test_nothing_is_lost_between_inbox_and_raw(demo_run: Run) -> None:
    with demo_run.published() as published:
        rows = published.sql(
            """select source, sum(rows_read), sum(rows_landed + rows_duplicate + rows_quarantined + rows_blank),
                sum(rows_quarantined), sum(rows_duplicate)
            from quality.batches group by source"""
        ).fetchall()
    counts = {row[0]: row[1:] for row in rows}
    assert all(read == kept for read, kept, *_ in counts.values())
    assert {"app_events", "app_database", "ops_workbook", "google_ads", "ocean_engine",
            "wechat_official_account", "platform_exports"} <= set(counts)  # fmt: skip
    _, _, quarantined, duplicate = counts["app_events"]
    assert quarantined > 0, "the demo writes broken lines"
    assert duplicate > 0, "the demo sends some events twice"
