"""Channels that left their band: a total may look as usual while one of its channels fell to nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from orchestration.report.apps import Subject
from orchestration.report.causes import ANOMALY_DAYS, Move
from orchestration.report.kpis import Kpi, day_of
from orchestration.report.published import Published
from orchestration.report.words import Words

#: What is asked of every channel. Its money of a day is a few orders: of their bands too much would be told.
FOLLOWED = ("new_users", "ad_spend", "channel_visits")


def read_channel_anomalies(
    published: Published, subjects: Iterable[Subject], kpis: dict[str, Kpi]
) -> dict[str, list[Move]]:
    """Of the last week of each page: newest first, of a day the furthest outside. The KPI's name says the channel."""
    days = {subject.app_id: subject.day for subject in subjects}
    if not days:
        return {}
    rows = published.by_app(
        """select app_id, kpi_code, dimension_value, period_start, value, is_complete, last_week_value, wow_rate,
            previous_value, expected_low, expected_high, is_anomaly
        from kpi.fct_kpi_scorecard
        where grain = 'day' and dimension = 'channel' and is_anomaly and kpi_code in (select unnest(?))
            and period_start > ?
        order by app_id, period_start desc,
            greatest(expected_low - value, value - expected_high)
            / greatest(expected_high - expected_low, 0.000001) desc,
            kpi_code, dimension_value""",
        [list(FOLLOWED), min(days.values()) - timedelta(days=ANOMALY_DAYS)],
    )
    return {
        app_id: [
            Move(_of_channel(kpis[row["kpi_code"]], row["dimension_value"]), day_of(row))
            for row in found
            if row["kpi_code"] in kpis
            and days[app_id] - timedelta(days=ANOMALY_DAYS) < row["period_start"] <= days[app_id]
        ]
        for app_id, found in rows.items()
        if app_id in days
    }


def _of_channel(kpi: Kpi, channel: str) -> Kpi:
    zh, en = (Words(language).driver_value("channel", channel) for language in ("zh", "en"))
    return replace(kpi, name_zh=f"{zh} · {kpi.name_zh}", name_en=f"{en} · {kpi.name_en}")
