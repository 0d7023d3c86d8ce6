"""The kinds of files that people download, each with its outcome (docs/platform_exports.md declares them)."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl

HEADER = "笔记ID,标题,统计日期,曝光量,观看量,完播率,观看总时长(秒),点赞,涨粉"
N1 = 'n1,第一篇,2026-03-30,"1,234",1000,12.3%,56.5,3,--'
N2 = "n2,第二篇,2026-03-30,766,500,-,20,4,7"
TOTAL = "合计,,,2000,1500,,76.5,7,7"


@dataclass(frozen=True)
class Kind:
    """A file and its outcome: `counts` = (read, landed, duplicate, quarantined, blank), or words of the refusal."""

    code: str
    content: bytes
    counts: tuple[int, int, int, int, int] | None = None
    refused: str = ""
    quarantined: str = ""
    views: tuple[int | None, ...] = ()
    name: str = "a.csv"


def text(*lines: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return (end.join(lines) + end).encode(encoding)


def book(*sheets: tuple[str, list[list[Any]], tuple[str, ...]]) -> bytes:
    """Sheets of (name, rows, merged ranges)."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows, merged in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


GOOD = ((2, 2, 0, 0, 0), (1000, 500))
WITH_TOTAL = ((3, 2, 0, 0, 1), (1000, 500))
XHEADER = ["笔记ID", "标题", "统计日期", "观看量"]
KINDS = [
    Kind("utf8", text(HEADER, N1, N2), GOOD[0], views=GOOD[1]),
    Kind("utf8_mark", text(HEADER, N1, N2, encoding="utf-8-sig"), GOOD[0], views=GOOD[1]),
    Kind("gbk", text(HEADER, N1, N2, encoding="gbk", end="\r\n"), GOOD[0], views=GOOD[1]),
    Kind(
        "gb18030",
        text(HEADER, N1, N2.replace("第二篇", "😀第二篇"), encoding="gb18030"),
        GOOD[0],
        views=GOOD[1],
    ),
    Kind(
        "utf16_tabs",
        text(HEADER.replace(",", "\t"), N2.replace(",", "\t"), encoding="utf-16"),
        (1, 1, 0, 0, 0),
        views=(500,),
    ),
    Kind(
        "ambiguous_encoding",
        b"note_id,title,stat_date,views\nn1,\xc4\xa3,2026-03-30,5\n",
        refused="reads differently",
    ),
    Kind("other_encoding", "note_id,標題,views\nn1,標題,5\n".encode("big5"), refused="no Chinese"),
    Kind("unmarked_utf16", text(HEADER, N1, encoding="utf-16-le"), refused="no encoding"),
    Kind(
        "preamble",
        text("最多导出前1000条笔记", "导出时间：2026-03-31 09:00", "", HEADER, N1, N2),
        GOOD[0],
        views=GOOD[1],
    ),
    Kind("total_below", text(HEADER, N1, N2, TOTAL), WITH_TOTAL[0], views=WITH_TOTAL[1]),
    Kind(
        "total_above",
        text(HEADER, TOTAL.replace("合计", "总计（共2篇）"), N1, N2),
        WITH_TOTAL[0],
        views=WITH_TOTAL[1],
    ),
    Kind(
        "total_of_the_last_day",
        text(HEADER, N1.replace("30", "29").replace("1000", "900"), N1, N2, TOTAL),
        (4, 3, 0, 0, 1),
        views=(900, 1000, 500),
    ),
    Kind("total_not_met", text(HEADER, N1, TOTAL), refused="do not add up|add up to 1,234"),
    Kind(
        "total_of_another_unit",
        text(HEADER.replace("(秒)", "(分钟)"), N1, N2, "合计,,,2000,1500,,4590,7,7"),
        refused="add up",
    ),
    Kind(
        "wan_and_yi",
        text(HEADER, N1.replace("1000", "1.2万"), N2.replace("500", "3亿")),
        GOOD[0],
        views=(12_000, 300_000_000),
    ),
    Kind(
        "total_of_rounded_numbers",
        text(HEADER, N1.replace("1000", "1.2万"), N2, TOTAL.replace("1500", "12345")),
        WITH_TOTAL[0],
        views=(12_000, 500),
    ),
    Kind("full_width_digits", text(HEADER, N1.replace("1000", "１，０００"), N2), GOOD[0], views=GOOD[1]),
    Kind(
        "unit_in_the_header",
        text(HEADER.replace("观看量", "观看量(万)"), N1.replace("1000", "1.5"), N2),
        GOOD[0],
        views=(15_000, 5_000_000),
    ),
    Kind("unknown_unit", text(HEADER.replace("观看量", "观看量(打)"), N1), refused="unit \\(打\\)"),
    Kind(
        "no_unit_of_time",
        text(HEADER.replace("(秒)", ""), N1, N2),
        (2, 0, 0, 2, 0),
        quarantined="unit_not_stated",
    ),
    Kind(
        "spelled_time",
        text(HEADER.replace("(秒)", ""), N1.replace("56.5", "1分20秒"), N2.replace(",20,", ",00:01:20,")),
        GOOD[0],
        views=GOOD[1],
    ),
    Kind(
        "clock_without_seconds",
        text(HEADER.replace("(秒)", ""), N1.replace("56.5", "12:30")),
        (1, 0, 0, 1, 0),
        quarantined="unit_not_stated",
    ),
    Kind("rate_without_sign", text(HEADER, N1.replace("12.3%", "0.5"), N2), GOOD[0], views=GOOD[1]),
    Kind(
        "rate_above_one",
        text(HEADER, N1.replace("12.3%", "123%"), N2),
        (2, 1, 0, 1, 0),
        quarantined="out_of_bounds",
        views=(500,),
    ),
    Kind(
        "rounded_up",
        text(HEADER, N1.replace("1000", "1万+"), N2),
        (2, 1, 0, 1, 0),
        quarantined="not_an_integer",
        views=(500,),
    ),
    Kind(
        "grouped_wrongly",
        text(HEADER, N1.replace("1,234", "12,34"), N2),
        (2, 1, 0, 1, 0),
        quarantined="not_an_integer",
        views=(500,),
    ),
    Kind("same_row_twice", text(HEADER, N1, N1), (2, 1, 1, 0, 0), views=(1000,)),
    Kind(
        "contradicting_rows",
        text(HEADER, N1, N1.replace("1000", "999"), N2),
        (3, 1, 0, 2, 0),
        quarantined="contradicting_rows",
        views=(500,),
    ),
    Kind(
        "subtotals", text(HEADER, N1, "小计,,,1234,1000,,56.5,3,", N2, TOTAL), (4, 2, 0, 0, 2), views=GOOD[1]
    ),
    Kind("cut_in_a_row", text(HEADER, N1, N2)[:-20], refused="middle of a row"),
    Kind("cut_in_a_quote", text(HEADER, N2, 'n3,"第三'), refused="quote"),
    Kind(
        "cut_in_a_character",
        text(HEADER, N1, N2, encoding="utf-8-sig").split("第二".encode())[0] + b"\xe7\xac",
        refused="encoding",
    ),
    Kind(
        "web_page",
        b"<!DOCTYPE html>\n<html><body>\xe8\xaf\xb7\xe7\x99\xbb\xe5\xbd\x95</body></html>",
        refused="web page",
    ),
    Kind("error_answer", '{"code":401,"msg":"请先登录"}'.encode(), refused="not CSV|笔记ID"),
    Kind("header_only", text(HEADER), (0, 0, 0, 0, 0)),
    Kind("nothing_to_count", text("笔记ID,标题", "n1,标题"), refused="no column to count"),
    Kind("empty", b"", refused="empty"),
    Kind("old_excel", b"\xd0\xcf\x11\xe0", refused="neither .csv nor .xlsx", name="a.xls"),
    Kind(
        "web_page_as_xlsx",
        b"<html><table><tr><td>1</td></tr></table></html>",
        refused="no workbook",
        name="a.xlsx",
    ),
    Kind(
        "cut_xlsx",
        book(("明细", [XHEADER, ["n1", "一", "2026-03-30", 5]], ()))[:-200],
        refused="no workbook",
        name="a.xlsx",
    ),
    Kind(
        "xlsx_of_several_sheets",
        book(
            ("说明", [["本表由平台导出"]], ()),
            ("三月", [["数据明细"], XHEADER, ["n1", "一", date(2026, 3, 30), 1000]], ("A1:D1",)),
            ("四月", [XHEADER, ["n2", "二", "2026/3/30", 500]], ()),
        ),
        (2, 2, 0, 0, 0),
        views=(1000, 500),
        name="a.xlsx",
    ),
    Kind(
        "xlsx_with_merged_cells",
        book(
            (
                "明细",
                [
                    ["笔记ID", "标题", "统计日期", "互动"],
                    [None, None, None, "观看量"],
                    ["n1", "一", "2026-03-29", 900],
                    [None, None, "2026-03-30", 1000],
                ],
                ("A1:A2", "B1:B2", "C1:C2", "A3:A4", "B3:B4"),
            )
        ),
        (2, 2, 0, 0, 0),
        views=(900, 1000),
        name="a.xlsx",
    ),
    Kind(
        "xlsx_with_a_merged_number",
        book(
            ("明细", [XHEADER, ["n1", "一", "2026-03-29", 900], ["n2", "二", "2026-03-29", None]], ("D2:D3",))
        ),
        (2, 0, 0, 2, 0),
        quarantined="merged_number",
        name="a.xlsx",
    ),
]
