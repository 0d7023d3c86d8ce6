"""小红书 note statistics as staff download them: GBK, Chinese headers, cumulative, overlapping, with a 合计 row."""

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from ingestion.demo.parameters import LAST_DAY, Parameters

PLATFORM, APP_ID = "xiaohongshu", "aurora"
HEADER = (
    "统计日期", "笔记ID", "笔记标题", "体裁", "首次发布时间", "曝光量", "观看量", "完播量", "点赞量", "评论量",
    "收藏量", "分享量", "涨粉量", "观看总时长(秒)",
)  # fmt: skip
COUNTERS = 9
#: A download covers so many days back; the next one comes a week later, so they overlap.
COVERED_DAYS, DAYS_BETWEEN = 10, 7


@dataclass
class ExportState:
    """`files` by date of download; `views` and `completed` are what the counters mean per day, without opening
    balances; `published` counts notes by date."""

    files: dict[date, bytes] = field(default_factory=dict)
    views: Counter[date] = field(default_factory=Counter)
    completed: Counter[date] = field(default_factory=Counter)
    published: Counter[date] = field(default_factory=Counter)


@dataclass
class _Note:
    note_id: str
    title: str
    kind: str
    published: date
    #: Statistics date -> cumulative counters in the order of HEADER.
    counters: dict[date, list[int]] = field(default_factory=dict)


def download_notes(parameters: Parameters) -> ExportState:
    """Notes from before and within the window; statistics dates are local days of the app."""
    dice = parameters.dice(PLATFORM)
    days = [parameters.first_day + timedelta(days=n) for n in range(parameters.days)]
    state = ExportState()
    notes = [_note(n, days[0] - timedelta(days=dice.randrange(8, 60)), dice) for n in range(1, 7)]
    notes += [_note(n, day, dice) for n, day in enumerate(days[2::4], start=7)]
    for note in notes:
        _count(note, days, parameters.users, dice, state)
    last = days[0] + timedelta(days=DAYS_BETWEEN - 1)
    while True:
        last = min(last, LAST_DAY)
        first = max(days[0], last - timedelta(days=COVERED_DAYS - 1))
        window = [day for day in days if first <= day <= last]
        state.files[last + timedelta(days=1)] = _file(notes, window)
        if last == LAST_DAY:
            return state
        last += timedelta(days=DAYS_BETWEEN)


def _note(number: int, published: date, dice: random.Random) -> _Note:
    kind = dice.choice(("图文", "视频"))
    return _Note(f"66{number:06d}{dice.getrandbits(40):010x}", f"好物分享 第{number}篇", kind, published)


def _count(note: _Note, days: list[date], users: int, dice: random.Random, state: ExportState) -> None:
    """Counters of the note on every day; views of an old note's first reading belong to no day."""
    state.published[note.published] += 1
    is_old = note.published < days[0]
    so_far = (
        [int(users * dice.uniform(0.3, 1.5)) // (3 + n) for n in range(COUNTERS)]
        if is_old
        else [0] * COUNTERS
    )
    strength = users * dice.uniform(0.02, 0.1)
    for day in days:
        if day < note.published:
            continue
        age = (day - note.published).days
        views = int(strength * (0.75 ** min(age, 15)) * dice.uniform(0.7, 1.3))
        # The platform takes back what it holds for false traffic: a counter may fall.
        if age > 5 and dice.random() < 0.02:
            views = -min(3, so_far[1])
        seen = max(views, 0)
        steps = (
            seen * 6,
            views,
            seen // 3,
            seen // 12,
            seen // 40,
            seen // 20,
            seen // 50,
            seen // 80,
            seen * 23,
        )
        so_far = [total + step for total, step in zip(so_far, steps, strict=True)]
        note.counters[day] = so_far
        if not (is_old and day == days[0]):
            state.views[day] += views
            state.completed[day] += seen // 3


def _file(notes: list[_Note], window: list[date]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    sums = [0] * COUNTERS
    for note in notes:
        for day in window:
            counters = note.counters.get(day)
            if counters is None:
                continue
            writer.writerow((day, note.note_id, note.title, note.kind, note.published, *counters))
            if day == window[-1]:
                sums = [total + value for total, value in zip(sums, counters, strict=True)]
    writer.writerow(("合计", "", "", "", "", *sums))
    return text.getvalue().encode("gbk")
