"""The pages that ads lead to: Baidu and Xiaohongshu say them of creatives, Kuaishou of units."""

from pathlib import Path

from tests.unit.ingestion.sources.ad_accounts.rotating_platforms import ADS, BAIDU, KUAISHOU, XIAOHONGSHU


def test_creatives_of_search_and_of_feed_have_their_pages(tmp_path: Path) -> None:
    BAIDU.pull(tmp_path)
    ads = {row["ad_id"]: row for row in BAIDU.landed(tmp_path, "ads")}
    assert sorted(ads) == ["300", "301", "302", "350", "351", "352"]
    for ad_id, campaign, unit, status in (("301", "11", "21", "51"), ("351", "61", "71", "0")):
        assert ads[ad_id]["landing_url"] == "https://shop.example/?utm_source=x&utm_content=c1"
        assert (ads[ad_id]["campaign_id"], ads[ad_id]["ad_group_id"]) == (campaign, unit)
        assert (ads[ad_id]["ad_group_name"], ads[ad_id]["ad_name"], ads[ad_id]["status"]) == (
            "单元",
            "创意 1",
            status,
        )


def test_an_account_of_search_alone_is_asked_for_no_creative_of_feed(tmp_path: Path) -> None:
    BAIDU.pull(tmp_path, accounts=[BAIDU.account(products=["search"])])
    assert {row["ad_group_id"] for row in BAIDU.landed(tmp_path, "ads")} == {"21"}


def test_a_creative_of_xiaohongshu_has_its_own_page(tmp_path: Path) -> None:
    XIAOHONGSHU.pull(tmp_path)
    ads = {row["ad_id"]: row for row in XIAOHONGSHU.landed(tmp_path, "ads")}
    assert sorted(ads) == ["300", "301", "302"]
    assert ads["302"]["landing_url"] == "https://shop.example/?utm_source=x&utm_content=c2"
    assert (ads["302"]["campaign_id"], ads["302"]["ad_group_id"], ads["302"]["ad_name"]) == (
        "11",
        "21",
        "创意 2",
    )


def test_the_creatives_of_a_kuaishou_unit_share_its_page(tmp_path: Path) -> None:
    KUAISHOU.pull(tmp_path)
    ads = KUAISHOU.landed(tmp_path, "ads")
    assert len(ads) == ADS
    assert {row["landing_url"] for row in ads} == {"https://shop.example/?utm_source=x&utm_content=c2"}
    assert {(row["ad_group_name"], row["status"]) for row in ads} == {("单元", "52")}
