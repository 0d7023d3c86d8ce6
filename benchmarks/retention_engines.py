"""30 x 30 retention and rolling MAU of a Parquet file with user and date columns, in one engine a process.

`python -m benchmarks.retention_engines duckdb|polars|chdb FILE` prints seconds, peak memory (MB) and a digest of the
answers as JSON. Each engine has the fastest form that we know: distinct user-days once; MAU by merged intervals.
"""

import hashlib
import json
import resource
import sys
import time
from datetime import date, timedelta
from typing import Any

FIRST, COHORTS, DAYS = date(2026, 1, 1), 30, 30
Rows = list[tuple[Any, ...]]
DUCKDB = {
    "retention": """
        with days as (select u, d from read_parquet('{file}') group by all),
        cohorts as (select u, min(d) as c from days group by u having c < date '2026-01-31')
        select c, d - c as n, count(*) from days inner join cohorts using (u) where d - c < 30 group by all""",
    "mau": """
        with days as (select u, d from read_parquet('{file}') group by all),
        gaps as (
            select d, d - lag(d) over w as before, lead(d) over w - d as after from days
            window w as (partition by u order by d)
        ),
        moves as (
            select d, count(*) filter (before is null or before >= 30) as m from gaps group by d
            union all select d + 30, -count(*) filter (after is null or after >= 30) from gaps group by d
        )
        select d, sum(sum(m)) over (order by d)::bigint as mau from moves group by d order by d""",
}
CHDB = {
    "retention": """
        with days as (select u, toDate(d) as d from file('{file}', Parquet) group by u, d),
        cohorts as (select u, min(d) as c from days group by u having c < toDate('2026-01-31'))
        select c, d - c as n, count() from days inner join cohorts using (u) where d - c < 30 group by c, n""",
    "mau": """
        with days as (select u, groupUniqArray(toDate(d)) as ds from file('{file}', Parquet) group by u),
        sorted as (select arraySort(arrayMap(x -> toInt32(x), ds)) as ds from days),
        moves as (
            select arrayJoin(arrayConcat(
                arrayMap((x, i) -> (x, if(i = 1 or x - ds[i - 1] >= 30, 1, 0)), ds, arrayEnumerate(ds)),
                arrayMap((x, i) -> (x + 30, if(i = length(ds) or ds[i + 1] - x >= 30, -1, 0)), ds, arrayEnumerate(ds))
            )) as move from sorted
        )
        select toDate(move.1) as d, toInt64(sum(sum(move.2)) over (order by move.1)) as mau
        from moves group by move.1 order by d""",
}


def with_duckdb(file: str, question: str) -> Rows:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set preserve_insertion_order = false")
        return connection.execute(DUCKDB[question].format(file=file)).fetchall()


def with_chdb(file: str, question: str) -> Rows:
    import chdb

    answer = chdb.query(CHDB[question].format(file=file) + " settings max_threads = 2", "JSONCompact")
    rows = json.loads(str(answer))["data"]
    return [(date.fromisoformat(row[0]), *map(int, row[1:])) for row in rows]


def with_polars(file: str, question: str) -> Rows:
    import polars as pl

    days = pl.scan_parquet(file).select("u", "d").unique()
    if question == "retention":
        cohorts = days.group_by("u").agg(pl.col("d").min().alias("c")).filter(pl.col("c") < date(2026, 1, 31))
        n = (pl.col("d") - pl.col("c")).dt.total_days().alias("n")
        lines = days.join(cohorts, on="u").with_columns(n).filter(pl.col("n") < DAYS).group_by("c", "n").len()
        return lines.collect(engine="streaming").rows()
    gaps = days.sort("u", "d").with_columns(
        (pl.col("d") - pl.col("d").shift(1)).dt.total_days().alias("before"),
        (pl.col("d").shift(-1) - pl.col("d")).dt.total_days().alias("after"),
        (pl.col("u") == pl.col("u").shift(1)).fill_null(value=False).alias("same_before"),
        (pl.col("u") == pl.col("u").shift(-1)).fill_null(value=False).alias("same_after"),
    )
    starts = gaps.filter(~pl.col("same_before") | (pl.col("before") >= DAYS)).group_by("d").len("m")
    ends = gaps.filter(~pl.col("same_after") | (pl.col("after") >= DAYS)).group_by("d").len("m")
    moves = pl.concat([
        starts.select("d", pl.col("m").cast(pl.Int64)),
        ends.select(pl.col("d").dt.offset_by("30d"), -pl.col("m").cast(pl.Int64)),
    ])  # fmt: skip
    total = moves.group_by("d").agg(pl.col("m").sum()).sort("d").with_columns(pl.col("m").cum_sum())
    return total.collect(engine="streaming").rows()


ENGINES = {"duckdb": with_duckdb, "polars": with_polars, "chdb": with_chdb}


def main(engine: str, file: str) -> int:
    answers: dict[str, Any] = {}
    texts = []
    for question in ("retention", "mau"):
        ENGINES[engine](file, question)  # imports, caches and the page cache are warm for every engine
        started = time.perf_counter()
        rows = ENGINES[engine](file, question)
        answers[question] = time.perf_counter() - started
        texts.append(str(_known(question, rows)))
    answers["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers["digest"] = hashlib.md5("".join(texts).encode(), usedforsecurity=False).hexdigest()
    print(json.dumps(answers))
    return 0


def _known(question: str, rows: Rows) -> Rows:
    """Sorted; of MAU the days of the data, since each engine may have rows of other days on which nothing changed."""
    if question == "retention":
        return sorted((day, int(n), int(users)) for day, n, users in rows)
    mau = {day: int(users) for day, users in rows}
    days = [FIRST + timedelta(days=n) for n in range(90)]
    return [(day, mau[day]) for day in days if day in mau]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
