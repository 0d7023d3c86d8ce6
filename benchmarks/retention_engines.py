"""30 x 30 retention and rolling MAU of a Parquet file with user and date columns, in one engine a process.

`python -m benchmarks.retention_engines duckdb|polars|chdb FILE` prints seconds and CPU seconds (the best of
seven), peak memory (MB) and a digest of the answers as JSON. Each engine has the fastest form that we know: a bit a
date for each user; in Polars, which cannot aggregate 128 bits so, MAU in two words of 60 (merged intervals of its
sorted user-days took three times as long); in DuckDB users as places of an array in place of a hash table.
"""

import hashlib
import json
import re
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

FIRST, COHORTS, DAYS = date(2026, 1, 1), 30, 30
REPEATS = 7
Rows = list[tuple[Any, ...]]
#: The dates of the file fit into 128 bits from here on, those that retention looks at into 64.
ORIGIN, DATES = FIRST - timedelta(days=1), 119
DUCKDB = {
    "retention": f"""
        with users as (
            select bit_or(1::bigint << (d - date '{ORIGIN}')) as days
            from read_parquet('{{file}}') where d < date '{FIRST}' + {COHORTS + DAYS - 1} group by u
        ), firsts as (select days, bit_count(xor(days, days - 1)) - 1 as c from users),
        later as (select c, days >> c as days from firsts where c <= {COHORTS})
        select date '{ORIGIN}' + c::int as c, unnest(range({DAYS})) as n, unnest([
            {{counts}}
        ]) as users
        from later group by c""",
    # A 1 on each active date of a user and the 29 after it: moved by 1, 2, 4, 8 and 14 days with what is there.
    "mau": f"""
        with users as (
            select bit_or(1::hugeint << (d - date '{ORIGIN}')) as m from read_parquet('{{file}}') group by u
        ), alike as (select m, count(*) as users from ({{moves}}) group by m)
        select date '{ORIGIN}' + n::int as d, sum(users)::bigint as mau
        from alike, range({DATES}) as dates (n) where (m >> n::int) & 1 = 1 group by n""",
}
CHDB = {
    "retention": f"""
        with users as (
            select min(toDate(d)) as c, groupBitOr(bitShiftLeft(toUInt64(1), toDate(d) - toDate('{ORIGIN}'))) as days
            from file('{{file}}', Parquet) where d < toDate('{FIRST}') + {COHORTS + DAYS - 1} group by u
            having c < toDate('{FIRST}') + {COHORTS}
        ), alike as (
            select c, bitAnd(bitShiftRight(days, c - toDate('{ORIGIN}')), {(1 << DAYS) - 1}) as days, count() as users
            from users group by c, days
        ), counts as (
            select c, [
                {{counts}}
            ] as numbers
            from alike group by c
        )
        select c, n, numbers[n + 1] from counts array join range({DAYS}) as n""",
    "mau": f"""
        with users as (
            select groupBitOr(bitShiftLeft(toUInt128(1), toDate(d) - toDate('{ORIGIN}'))) as m
            from file('{{file}}', Parquet) group by u
        ), alike as (select m, count() as users from ({{moves}}) group by m),
        counts as (
            select [
                {{counts}}
            ] as numbers from alike
        )
        select toDate('{ORIGIN}') + n as d, numbers[n + 1] from counts array join range({DATES}) as n""",
}
#: Over how many days a month of activity is spread, one step after the other: 1 + 1 + 2 + 4 + 8 + 14 = 30.
SPREAD = (1, 2, 4, 8, 14)
#: Dates in one of the two words of 64 bits that Polars keeps of a user; their sign is not used.
WORD = 60
#: DuckDB's, as warm as what the other engines keep between questions.
CONNECTIONS: list[Any] = []


def _nested(step: str) -> str:
    query = "users"
    for days in SPREAD:
        query = step.format(days=days, inner=query if query == "users" else f"({query})")
    return query


def with_duckdb(file: str, question: str) -> Rows:
    import duckdb

    if not CONNECTIONS:
        CONNECTIONS.append(duckdb.connect())
        CONNECTIONS[0].execute(
            "set threads = 2; set preserve_insertion_order = false; set perfect_ht_threshold = 24"
        )
    counts = [f"sum(((days >> {n}) & 1)::int)::bigint" for n in range(DAYS)]
    moves = _nested("select m | (m << {days}) as m from {inner}")
    query = DUCKDB[question].format(file=file, counts=", ".join(counts), moves=moves)
    return CONNECTIONS[0].execute(query).fetchall()


def with_chdb(file: str, question: str) -> Rows:
    import chdb

    mask, number, kind = ("days", DAYS, "toUInt64") if question == "retention" else ("m", DATES, "toUInt128")
    counts = ", ".join(f"sumIf(users, bitAnd({mask}, {kind}('{1 << n}')) > 0)" for n in range(number))
    moves = _nested("select bitOr(m, bitShiftLeft(m, {days})) as m from {inner}")
    query = CHDB[question].format(file=file, counts=counts, moves=moves)
    answer = chdb.query(query + " settings max_threads = 2", "JSONCompact")
    rows = json.loads(str(answer))["data"]
    return [(date.fromisoformat(row[0]), *map(int, row[1:])) for row in rows]


def with_polars(file: str, question: str) -> Rows:
    import polars as pl

    rows = pl.scan_parquet(file).select("u", "d")
    if question == "retention":
        offset = (pl.col("d") - ORIGIN).dt.total_days()
        users = (
            rows.filter(pl.col("d") < FIRST + timedelta(days=COHORTS + DAYS - 1))
            .group_by("u")
            .agg(pl.col("d").min(), pl.lit(2, pl.Int64).pow(offset).cast(pl.Int64).bitwise_or().alias("days"))
            .filter(pl.col("d") < FIRST + timedelta(days=COHORTS))
            .with_columns(pl.col("days") // pl.lit(2, pl.Int64).pow(offset).cast(pl.Int64))
        )
        counts = [((pl.col("days") // (1 << n)) % 2).sum().alias(str(n)) for n in range(DAYS)]
        lines = users.group_by("d").agg(counts).unpivot(index="d")
        return lines.collect(engine="streaming").rows()
    offset = (pl.col("d") - ORIGIN).dt.total_days()
    words = [
        pl.when(offset.is_between(first, first + WORD - 1))
        .then(pl.lit(2, pl.Int64).pow((offset - first).clip(0, WORD - 1)).cast(pl.Int64))
        .otherwise(0)
        .bitwise_or()
        for first in (0, WORD)
    ]
    low, high = pl.col("low"), pl.col("high")
    users = rows.group_by("u").agg(words[0].alias("low"), words[1].alias("high"))
    for days in SPREAD:
        kept = (1 << (WORD - days)) - 1  # what is moved beyond the lower word comes into the higher one
        users = users.with_columns(
            low=low | ((low & kept) * (1 << days)),
            high=high | ((high & kept) * (1 << days)) | (low // (1 << (WORD - days))),
        )
    bits = [((word // (1 << n)) % 2).sum().alias(f"{word.meta.output_name()} {n}") for word in (low, high)
            for n in range(WORD)]  # fmt: skip
    counts = users.select(bits).collect(engine="streaming").row(0)
    return [(ORIGIN + timedelta(days=n), users) for n, users in enumerate(counts)]


ENGINES = {"duckdb": with_duckdb, "polars": with_polars, "chdb": with_chdb}


def peak_megabytes(process: int | str) -> float:
    """Peak memory of a running process. What `getrusage` says of a child begins with the peak of its parent."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("utf-8"))
    return int(found[1]) / 1024 if found else 0.0


def main(engine: str, file: str) -> int:
    answers: dict[str, Any] = {}
    texts = []
    for question in ("retention", "mau"):
        ENGINES[engine](file, question)  # imports, caches and the page cache are warm for every engine
        seconds, spent = [], []
        for _ in range(REPEATS):
            started, used = time.perf_counter(), time.process_time()
            rows = ENGINES[engine](file, question)
            seconds.append(time.perf_counter() - started)
            spent.append(time.process_time() - used)
        answers[question], answers[f"{question} CPU"] = min(seconds), min(spent)
        texts.append(str(_known(question, rows)))
    answers["peak"] = peak_megabytes("self")
    answers["digest"] = hashlib.md5("".join(texts).encode(), usedforsecurity=False).hexdigest()
    print(json.dumps(answers))
    return 0


def _known(question: str, rows: Rows) -> Rows:
    """Sorted; of MAU the days of the data, since each engine may have rows of other days on which nothing changed."""
    if question == "retention":
        return sorted((day, int(n), int(users)) for day, n, users in rows if int(users))
    mau = {day: int(users) for day, users in rows}
    days = [FIRST + timedelta(days=n) for n in range(90)]
    return [(day, mau[day]) for day in days if day in mau]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
