"""Downloads of a platform's page: mapping, numbers, totals, corrections."""

import logging
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from ingestion.sources.channels.exports import pull
from tests.unit.ingestion.sources.company_folder import AS_OF, CompanyFolder, counts

HEADER = "笔记ID,笔记标题,体裁,发布日期,统计日期,曝光,观看量,完播量,观看总时长(秒),点赞,评论,分享,收藏,涨粉\n"
ROW = 'n1,"标题,一",视频,2026年3月1日,2026/3/30,"1,234",1.2万,--,56.5,3,,0,-,7\n'
FOLDER = "platform_exports/xiaohongshu/shop"


@pytest.fixture
def company(tmp_path: Path) -> CompanyFolder:
    return CompanyFolder(tmp_path)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_a_download_is_read_exactly(company: CompanyFolder, encoding: str) -> None:
    company.put(f"{FOLDER}/a.csv", (HEADER + ROW + "合计,,,,,1234,12000,,,3,,,,7\n").encode(encoding))
    (result,) = pull(company.settings)
    assert counts(result) == {f"inbox/{FOLDER}/a.csv": (2, 1, 0, 0, 1)}
    (row,) = company.landed("platform_exports", "content_stats")
    assert (row["app_id"], row["platform"], row["external_content_id"]) == ("shop", "xiaohongshu", "n1")
    assert (row["title"], row["content_type"]) == ("标题,一", "视频")
    assert (row["published_date"], row["stat_date"]) == (date(2026, 3, 1), date(2026, 3, 30))
    assert (row["impressions"], row["views"], row["completed_views"]) == (1234, 12000, None)
    assert (row["view_seconds"], row["shares"], row["favorites"], row["follows"]) == (
        Decimal("56.5"),
        0,
        None,
        7,
    )


def test_an_xlsx_with_a_title_above_its_header(company: CompanyFolder) -> None:
    book = openpyxl.Workbook()
    book.active.append(["最多导出前1000条笔记"])
    book.active.append(["笔记ID", "观看量", "观看总时长（分钟）", "运营"])
    book.active.append(["n1", 12, 1.5, "小王"])
    path = company.put("platform_exports/xiaohongshu/a.xlsx", "")
    book.save(path)
    (result,) = pull(company.settings)
    assert counts(result) == {"inbox/platform_exports/xiaohongshu/a.xlsx": (1, 1, 0, 0, 0)}
    (row,) = company.landed("platform_exports", "content_stats")
    assert (row["app_id"], row["views"], row["view_seconds"]) == ("default", 12, Decimal(90))
    assert (row["_source_row"], row["_extra"]) == (3, '{"运营":"小王"}')


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("n1,t,图文,2026-03-01,2026-02-30,1,1,1,1,1,1,1,1,1", "not_a_date"),
        ("n1,t,图文,2026-03-01,2026-03-02,1.23456万,1,1,1,1,1,1,1,1", "not_an_integer"),
        ("n1,t,图文,2026-03-01,2026-03-02,1万+,1,1,1,1,1,1,1,1", "not_an_integer"),
        ("n1,t,图文,2026-03-01,2026-03-02,-5,1,1,1,1,1,1,1,1", "out_of_bounds"),
        ("n1,t,图文,2026-03-01", "ragged_row"),
        (",t,图文,2026-03-01,2026-03-02,1,1,1,1,1,1,1,1,1", "missing_required"),
    ],
)
def test_a_row_that_is_not_exact_is_put_aside(company: CompanyFolder, cells: str, code: str) -> None:
    company.put(f"{FOLDER}/a.csv", f"{HEADER}{ROW}{cells}\n".encode("gbk"))
    (result,) = pull(company.settings)
    assert counts(result) == {f"inbox/{FOLDER}/a.csv": (2, 1, 0, 1, 0)}
    (row,) = company.put_aside("platform_exports", "content_stats")
    assert (row["line_number"], row["reason_code"], row["raw_text"]) == (3, code, cells)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<!DOCTYPE html><html><body>请登录</body></html>", "web page"),
        ("标题,观看量\n一,1\n", "笔记ID"),
        ("笔记ID,观看量,观看数\nn1,1,1\n", "both mean views"),
        ("", "empty"),
        (HEADER + '"n1,never closed\n', "line 2"),
        (b"\xff\xff\x81", "encoding"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    company: CompanyFolder, content: str | bytes, words: str
) -> None:
    company.put(f"{FOLDER}/a.csv", content)
    company.put(f"{FOLDER}/good.csv", HEADER + ROW)
    (result,) = pull(company.settings)
    assert [refusal.file_name for refusal in result.refused] == [f"inbox/{FOLDER}/a.csv"]
    assert words in result.refused[0].reason
    assert counts(result) == {f"inbox/{FOLDER}/good.csv": (1, 1, 0, 0, 0)}


def test_a_header_alone_has_no_rows(company: CompanyFolder) -> None:
    company.put(f"{FOLDER}/a.csv", HEADER)
    (result,) = pull(company.settings)
    assert counts(result) == {f"inbox/{FOLDER}/a.csv": (0, 0, 0, 0, 0)}
    assert pull(company.settings) == []


def test_an_unknown_platform_is_named(company: CompanyFolder, caplog: pytest.LogCaptureFixture) -> None:
    company.put("platform_exports/kuaishou/a.csv", HEADER + ROW)
    with caplog.at_level(logging.WARNING):
        assert pull(company.settings) == []
    assert "kuaishou/a.csv" in caplog.text


def saved(company: CompanyFolder, name: str, text: str, when: datetime) -> None:
    path = company.put(f"{FOLDER}/{name}", text)
    os.utime(path, (when.timestamp(), when.timestamp()))


def test_a_correction_is_a_later_observation(company: CompanyFolder) -> None:
    first, second = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    saved(company, "b.csv", HEADER + ROW, first)
    saved(company, "a.csv", HEADER + ROW.replace(",7\n", ",8\n"), second)
    saved(company, "c.csv", HEADER + ROW + ROW.replace("n1", "n2"), datetime(2026, 5, 1, tzinfo=UTC))
    assert len(pull(company.settings)) == 3
    rows = company.landed("platform_exports", "content_stats")
    assert [(row["follows"], row["_observed_at"]) for row in rows] == [
        (7, first),
        (8, second),
        (7, AS_OF),
        (7, AS_OF),
    ]


def test_downloads_that_agree_share_a_batch(company: CompanyFolder) -> None:
    saved(company, "a.csv", HEADER + ROW, datetime(2026, 3, 29, tzinfo=UTC))
    saved(company, "b.csv", HEADER + ROW + ROW.replace("n1", "n2"), datetime(2026, 3, 30, tzinfo=UTC))
    (result,) = pull(company.settings)
    assert counts(result) == {
        f"inbox/{FOLDER}/a.csv": (1, 1, 0, 0, 0),
        f"inbox/{FOLDER}/b.csv": (2, 1, 1, 0, 0),
    }
    assert pull(company.settings) == []


def test_downloads_without_a_statistics_date_are_observed_each_on_its_own(company: CompanyFolder) -> None:
    for day in (29, 30):
        saved(company, f"{day}.csv", f"笔记ID,观看量\nn1,{day}\n", datetime(2026, 3, day, tzinfo=UTC))
    saved(company, "31.csv", "笔记ID,观看量\nn1,30\nn2,1\n", datetime(2026, 3, 31, tzinfo=UTC))
    pull(company.settings)
    rows = company.landed("platform_exports", "content_stats")
    assert [(row["views"], row["_observed_at"].day) for row in rows] == [
        (29, 29),
        (30, 30),
        (30, 31),
        (1, 31),
    ]
