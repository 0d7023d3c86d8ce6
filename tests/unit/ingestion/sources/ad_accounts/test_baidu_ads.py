"""What only Baidu does: partial success, search and feed in one account, keywords."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from ingestion.demo.apis import Fault
from tests.unit.ingestion.sources.ad_accounts.rotating_platforms import ADS, BAIDU, DAYS, FIRST_DAY


def test_partial_success_is_not_a_whole_answer(tmp_path: Path) -> None:
    """Status 1: what came is thrown away and asked again by the next run."""
    words = BAIDU.refusal(tmp_path, BAIDU.fault("partial", nth=None))
    assert "only part came, status 1, code 8501: part of the data timed out (gave up after 6 tries)" in words
    assert BAIDU.landed(tmp_path) == BAIDU.landed(tmp_path, "account_performance") == []
    assert {row["status"] for row in BAIDU.landed(tmp_path, "pulls")} == {"failed"}


def test_partial_success_that_passes_is_whole_at_the_next_try(tmp_path: Path, waited: list[float]) -> None:
    assert BAIDU.pull(tmp_path, BAIDU.fault("partial", nth=2)).failures == []
    assert len(BAIDU.landed(tmp_path)) == DAYS * ADS * 2
    assert waited == [1.0]


def test_a_system_error_is_tried_again(tmp_path: Path) -> None:
    assert BAIDU.pull(tmp_path, Fault("AccountService", kind="server_error")).failures == []


def test_an_account_of_one_product_is_asked_for_no_other(tmp_path: Path) -> None:
    BAIDU.pull(tmp_path, accounts=[BAIDU.account(products=["feed"])])
    rows = BAIDU.landed(tmp_path)
    assert {row["campaign_id"] for row in rows} == {"61"}
    totals = BAIDU.landed(tmp_path, "account_performance")
    assert sum(row["cost"] for row in totals) == sum(row["cost"] for row in rows)
    assert BAIDU.landed(tmp_path, "keyword_performance") == []


def test_keywords_land_with_their_words_and_match_type(tmp_path: Path) -> None:
    BAIDU.pull(tmp_path)
    rows = BAIDU.landed(tmp_path, "keyword_performance")
    assert len(rows) == 2 * DAYS
    row = next(row for row in rows if (row["report_date"], row["keyword_id"]) == (FIRST_DAY, "901"))
    assert (row["keyword_text"], row["match_type"]) == ("关键词 1", "短语匹配")
    assert (row["cost"], row["impressions"], row["clicks"]) == (Decimal("0.3"), 40, 2)
    assert row["conversions"] == Decimal("0.5")


def test_floats_lose_their_binary_noise(tmp_path: Path) -> None:
    """0.1 + 0.2 as the platform would add it: 0.30000000000000004."""
    from ingestion.sources.ad_accounts.whole_answers import six_decimals

    assert six_decimals(Decimal("0.30000000000000004")) == "0.300000"
    assert six_decimals(5) == "5"
    assert six_decimals("-") is None


def test_columns_of_conversions_can_be_named(tmp_path: Path) -> None:
    named = {"search": {"conversions": "ocpcTargetTrans"}}
    BAIDU.pull(tmp_path, accounts=[BAIDU.account(metrics=named)], dates=[date(2026, 3, 23)])
    assert {row["conversions"] for row in BAIDU.landed(tmp_path)} == {Decimal(1)}
