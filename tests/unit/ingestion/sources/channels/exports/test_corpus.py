"""What people really download: one outcome for each kind of file, as docs/platform_exports.md declares it."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.errors import FileRefused
from ingestion.sources.channels.exports import pull
from ingestion.sources.channels.exports.mapping import mappings
from ingestion.sources.spreadsheets.encodings import decoded
from tests.unit.ingestion.sources.channels.exports.export_kinds import KINDS, Kind, book
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

REPOSITORY = Path(__file__).resolve().parents[6]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> CompanyFolder:
    """All kinds as files of one company, an app each."""
    folder = CompanyFolder(tmp_path_factory.mktemp("exports"))
    for kind in KINDS:
        folder.put(f"platform_exports/xiaohongshu/{kind.code}/{kind.name}", kind.content)
    folder.results = pull(folder.settings)  # type: ignore[attr-defined]
    return folder


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_each_kind_of_file_has_its_outcome(company: CompanyFolder, kind: Kind) -> None:
    name = f"inbox/platform_exports/xiaohongshu/{kind.code}/{kind.name}"
    results = company.results  # type: ignore[attr-defined]
    refused = {refusal.file_name: refusal.reason for result in results for refusal in result.refused}
    if kind.refused:
        assert re.search(kind.refused, refused[name])
        assert kind.counts is None
        return
    assert name not in refused
    found = {file: numbers for result in results for file, numbers in counts(result).items()}
    assert found[name] == kind.counts
    landed = [
        row for row in company.landed("platform_exports", "content_stats") if row["app_id"] == kind.code
    ]
    assert [row["views"] for row in landed] == list(kind.views)
    codes = {
        row["reason_code"]
        for row in company.put_aside("platform_exports", "content_stats")
        if row["file_name"] == name
    }
    assert codes == ({kind.quarantined} if kind.quarantined else set())


def test_every_kind_is_declared(company: CompanyFolder) -> None:
    declared = (REPOSITORY / "docs" / "platform_exports.md").read_text("utf-8")
    assert [kind.code for kind in KINDS if f"`{kind.code}`" not in declared] == []


def test_values_of_a_row_are_exact(company: CompanyFolder) -> None:
    def landed(app_id: str) -> list[dict[str, Any]]:
        rows = company.landed("platform_exports", "content_stats")
        return [row for row in rows if row["app_id"] == app_id]

    row = landed("gbk")[0]
    assert (row["impressions"], row["view_seconds"], row["follows"]) == (1234, Decimal("56.5"), None)
    assert (row["completion_rate"], row["likes"], row["stat_date"]) == (
        Decimal("0.123"),
        3,
        date(2026, 3, 30),
    )
    assert [row["view_seconds"] for row in landed("spelled_time")] == [80, 80]
    bare = landed("rate_without_sign")[0]
    assert (bare["completion_rate"], bare["_extra"]) == (None, '{"完播率":"0.5"}')


SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "wechat_channels": (
        "视频ID,视频描述,发布时间,完播率,播放量,推荐,喜欢,评论量,分享量,关注量,总播放时长(秒)\n"
        "export/v1,新品上架,2026/03/28 10:20:30,45.6%,1.5万,3,120,8,9,10,99.5\n",
        {"views": 15_000, "likes": 120, "shares": 9, "follows": 10, "completion_rate": Decimal("0.456")},
    ),
    "weibo": (
        "微博MID,微博内容,发布时间,阅读数,转发数,评论数,点赞数\n5012345678901234,早安,2026年3月28日,10万,30,20,10\n",
        {"views": 100_000, "shares": 30, "comments": 20, "likes": 10, "published_date": date(2026, 3, 28)},
    ),
    "douyin_business": (
        "作品ID,作品名称,发布时间,播放量,完播率,点赞量,评论量,分享量,收藏量,粉丝增量\n"
        "\t7300000000000000001,探店,2026-03-28 08:00:00,1234,--,5,4,3,2,1\n",
        {"views": 1234, "favorites": 2, "follows": 1, "completion_rate": None},
    ),
}


@pytest.mark.parametrize("platform", SAMPLES)
def test_a_platform_is_a_mapping_and_no_code(tmp_path: Path, platform: str) -> None:
    content, expected = SAMPLES[platform]
    company = CompanyFolder(tmp_path)
    company.put(f"platform_exports/{platform}/shop/a.csv", content.encode("gbk"))
    pull(company.settings)
    (row,) = company.landed("platform_exports", "content_stats")
    assert {name: row[name] for name in expected} == expected
    assert row["platform"] == platform


def test_a_sheet_of_offline_promotion_is_cost_by_site_and_promoter(tmp_path: Path) -> None:
    company = CompanyFolder(tmp_path)
    rows = [
        ["三月地推"],
        ["日期", "站点", "推广员", "拉新数", "费用", "备注"],
        [date(2026, 3, 28), "人民广场", "小王", 12, "¥1,234.50", None],
        [None, None, "小李", 8, "800元", "雨天"],
        ["2026/3/29", "徐家汇", "小王", 5, 300, None],
        ["合计", None, None, 25, 2334.5, None],
    ]
    company.put("platform_exports/offline_promotion/shop/a.xlsx", book(("地推", rows, ("A3:A4", "B3:B4"))))
    (result,) = pull(company.settings)
    assert list(counts(result).values()) == [(4, 3, 0, 0, 1)]
    found = [
        (
            row["cost_date"].day,
            row["site"],
            row["promoter"],
            row["sign_ups"],
            row["amount"],
            row["currency"],
            row["channel"],
        )
        for row in company.landed("platform_exports", "promotion_costs")
    ]
    assert found == [
        (28, "人民广场", "小王", 12, Decimal("1234.5"), "CNY", "offline"),
        (28, "人民广场", "小李", 8, Decimal(800), "CNY", "offline"),
        (29, "徐家汇", "小王", 5, Decimal(300), "CNY", "offline"),
    ]


_LEVEL_ONE = st.sampled_from(
    [bytes([lead, trail]).decode("gb2312") for lead in range(0xB0, 0xD7) for trail in range(0xA1, 0xFF)]
)


@given(
    st.text(_LEVEL_ONE, min_size=1, max_size=12), st.sampled_from(["utf-8", "gb18030", "utf-8-sig", "utf-16"])
)
def test_no_usual_chinese_text_is_read_as_another(title: str, encoding: str) -> None:
    """Read as it was written or refused, whatever the header says."""
    is_header: Callable[[str], bool] = mapping_knows
    for header in ("note_id,title,views", "笔记ID,标题,观看量"):
        content = f"{header}\nn1,{title},5\n"
        try:
            found, _ = decoded("a.csv", content.encode(encoding), is_header)
        except FileRefused:
            assert header.isascii()
            continue
        assert found.removeprefix("\ufeff") == content


def mapping_knows(text: str) -> bool:
    mapping = mappings()["xiaohongshu"]
    return any(mapping.is_header(tuple(line.split(","))) for line in text.split("\n"))
