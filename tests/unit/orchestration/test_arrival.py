"""The arrival gate: landed becomes accepted or held, once; a held batch stays in the way until somebody decides."""

from pathlib import Path

import pytest

from ingestion.manifest import Manifest
from orchestration.arrival import review, unbalanced_files
from orchestration.expectations.batch_view import BatchView
from orchestration.expectations.suite import Judgement, Unmet
from tests.unit.orchestration.batches import land, settings

APP = {"app_id": "shop", "timezone": "Asia/Shanghai", "currency": "CNY"}
UNMET = Judgement(1, (Unmet("apps", "a currency is an ISO 4217 code", 1, "app_id=shop, currency=yuan"),))


def state(data_dir: Path, batch_id: str) -> str:
    entry = Manifest(data_dir).entry(batch_id)
    assert entry is not None
    return entry.state


def test_a_batch_that_meets_its_expectations_is_accepted_once(tmp_path: Path) -> None:
    batch = land(tmp_path, "ops_workbook", {"apps": [APP]})
    judged: list[str] = []
    for _ in range(2):
        arrival = review(
            settings(tmp_path),
            "ops_workbook",
            lambda view: judged.append(view.entry.batch_id) or Judgement(3),
        )
        assert arrival.is_met
    assert judged == [batch]
    assert state(tmp_path, batch) == "accepted"


def test_a_batch_that_does_not_is_held_and_fails_the_gate_in_every_later_run(tmp_path: Path) -> None:
    batch = land(tmp_path, "ops_workbook", {"apps": [APP]})
    first = review(settings(tmp_path), "ops_workbook", lambda view: UNMET)
    later = review(settings(tmp_path), "ops_workbook", lambda view: Judgement(1))
    for arrival in (first, later):
        assert not arrival.is_met
        assert "inbox/ops_workbook/apps.csv" in arrival.held[batch]
        assert "currency=yuan" in arrival.held[batch]
    assert state(tmp_path, batch) == "held"


@pytest.mark.parametrize("decision", ["accepted", "withdrawn"])
def test_a_decision_opens_the_gate(tmp_path: Path, decision: str) -> None:
    batch = land(tmp_path, "ops_workbook", {"apps": [APP]})
    review(settings(tmp_path), "ops_workbook", lambda view: UNMET)
    Manifest(tmp_path).set_state(batch, decision)
    assert review(settings(tmp_path), "ops_workbook", lambda view: Judgement(1)).is_met
    assert state(tmp_path, batch) == decision


def test_an_error_while_judging_leaves_the_batch_landed(tmp_path: Path) -> None:
    batch = land(tmp_path, "ops_workbook", {"apps": [APP]})

    def break_down(view: object) -> Judgement:
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError):
        review(settings(tmp_path), "ops_workbook", break_down)
    assert state(tmp_path, batch) == "landed"


def test_a_corrected_workbook_takes_the_place_of_the_held_one(tmp_path: Path) -> None:
    wrong = land(tmp_path, "ops_workbook", {"apps": [{**APP, "currency": "yuan"}]})
    review(settings(tmp_path), "ops_workbook", lambda view: UNMET)
    right = land(tmp_path, "ops_workbook", {"apps": [APP], "fx_rates": []})
    arrival = review(settings(tmp_path), "ops_workbook", lambda view: Judgement(1))
    assert arrival.is_met
    assert arrival.superseded == {wrong: right}
    assert state(tmp_path, wrong) == "withdrawn"


def test_a_workbook_is_accepted_when_a_later_one_replaces_its_wrong_table(tmp_path: Path) -> None:
    def judge(view: BatchView) -> Judgement:
        is_wrong = view.has("apps") and "yuan" in list(view.frame(f"from {view.new('apps')}")["currency"])
        return UNMET if is_wrong else Judgement(1)

    rates = [{"rate_date": "2026-01-01", "currency": "USD", "rate_to_reporting": "7.1"}]
    wrong = land(tmp_path, "ops_workbook", {"apps": [{**APP, "currency": "yuan"}], "fx_rates": rates})
    assert not review(settings(tmp_path), "ops_workbook", judge).is_met
    land(tmp_path, "ops_workbook", {"apps": [APP]})
    assert review(settings(tmp_path), "ops_workbook", judge).is_met
    assert state(tmp_path, wrong) == "accepted"


def test_a_repeated_pull_takes_the_place_of_the_held_one_only_where_it_covers_it(tmp_path: Path) -> None:
    def pull(*days: str) -> dict:
        common = {"account_id": "1", "entity": "ad_performance", "status": "complete", "rows": "1"}
        return {
            "pulls": [{**common, "report_date": day, "observed_at": "2026-04-01T01:00:00Z"} for day in days]
        }

    held = land(tmp_path, "google_ads", pull("2026-03-30", "2026-03-31"))
    review(settings(tmp_path), "google_ads", lambda view: UNMET)
    land(tmp_path, "google_ads", pull("2026-03-31"))
    assert not review(settings(tmp_path), "google_ads", lambda view: Judgement(1)).is_met
    land(tmp_path, "google_ads", pull("2026-03-29", "2026-03-30", "2026-03-31"))
    assert review(settings(tmp_path), "google_ads", lambda view: Judgement(1)).is_met
    assert state(tmp_path, held) == "withdrawn"


def test_events_are_never_superseded(tmp_path: Path) -> None:
    event = {
        "event_id": "1",
        "app_id": "a",
        "event_name": "x",
        "user_id": "u",
        "occurred_at": "2026-03-30T00:00:00Z",
    }
    held = land(tmp_path, "app_events", {"events": [event]})
    review(settings(tmp_path), "app_events", lambda view: UNMET)
    land(tmp_path, "app_events", {"events": [{**event, "event_id": "2"}]})
    assert list(review(settings(tmp_path), "app_events", lambda view: Judgement(1)).held) == [held]


def test_stored_rows_are_counted_again(tmp_path: Path) -> None:
    land(tmp_path, "ops_workbook", {"apps": [APP]})
    entries = Manifest(tmp_path).entries()
    assert unbalanced_files(settings(tmp_path), entries) == []
    (path,) = Manifest(tmp_path).raw_files("ops_workbook", "apps", states=("landed",))
    path.unlink()
    (found,) = unbalanced_files(settings(tmp_path), entries)
    assert "1 rows were landed, none are stored" in found
    assert list(review(settings(tmp_path), "ops_workbook", lambda view: Judgement(1)).held.values()) == [
        found
    ]
