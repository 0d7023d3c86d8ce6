"""Any bytes as a file of events: no exception, and every line is landed, a duplicate, put aside or blank."""

import gzip
import json
import tempfile
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ingestion.sources.app_events import pull
from ingestion.sources.app_events.strict_json import NotStrict, parse
from tests.unit.ingestion.sources.app_events.adapters.vendor_lines import enriched
from tests.unit.ingestion.sources.app_events.event_lines import line
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["", "null", "\0", "😀"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "\0", "é", ""]), inner, max_size=3),
    ),
    max_leaves=6,
)
keys = st.sampled_from(
    ["event_id", "app_id", "event_name", "user_id", "anonymous_id", "occurred_at", "properties", "city", "zz", "_extra",
     "__proto__", "'; drop table x"]
)  # fmt: skip
ids = st.sampled_from(["1", "2", "3"])
good = st.builds(lambda name, changes: line(name, **changes).encode(), ids, st.fixed_dictionaries({}, optional={
    "user_id": scalars, "properties": values, "occurred_at": st.one_of(st.integers(), scalars), "zz": values,
}))  # fmt: skip
objects = st.dictionaries(keys, values).map(lambda value: json.dumps(value).encode("utf-8"))
cuts = st.builds(
    lambda text, start, end: text[start : len(text) - end], good, st.integers(0, 3), st.integers(0, 9)
)
noise = st.one_of(st.binary(max_size=20), st.text(max_size=20).map(lambda text: text.encode("utf-8")))
replaced = st.builds(
    lambda text, old, new: text.replace(old, new, 1),
    good,
    st.sampled_from([b'"', b":", b"}", b"1", b"u1", b" "]),
    st.sampled_from([b"", b",}", b"NaN", b"1.0e5", b"\xff", b"\\ud800", b"\\u0000", b"[[[", b"/**/", b"'"]),
)
cells = st.one_of(
    scalars.map(str), st.sampled_from(["", "{}", '{"data":{"data":{"a":1.5}}}', "[1]", "\t", '{"a":'])
)
columns = st.sampled_from(
    ["event_id", "user_id", "contexts", "unstruct_event", "derived_tstamp", "platform", "se_value"]
)
tabbed = st.builds(
    lambda number, changes: enriched(**{"event_id": number} | changes).encode("utf-8", "replace"),
    ids,
    st.dictionaries(columns, cells, max_size=2),
)
texts = st.one_of(good, tabbed, objects, cuts, noise, replaced)
files = st.builds(
    lambda mark, lines, between, end: mark + between.join(lines) + end,
    st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xff\xfe"]),
    st.lists(texts, max_size=8),
    st.sampled_from([b"\n", b"\n", b"\r\n", b"\n\n", b"\r"]),
    st.sampled_from([b"", b"\n", b"\0"]),
)
names = st.sampled_from(
    ["ndjson", "ndjson", "jsonl", "json", "csv", "ndjson.gz", "ndjson.zst", "parquet", "tsv"]
)
HEADER = b"event_id,event_name,user_id,occurred_at,properties\n"

#: Every example lands files: to make a found one smaller would take minutes.
NOT_SHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


def number_of_lines(data: bytes) -> int:
    data = data.removeprefix(b"\xef\xbb\xbf")
    return data.count(b"\n") + (not data.endswith(b"\n") and data != b"")


@settings(max_examples=10, deadline=None, phases=NOT_SHRUNK)
@given(contents=st.lists(st.tuples(names, files, st.booleans()), min_size=4, max_size=10))
def test_no_line_is_lost(contents: list[tuple[str, bytes, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        company = CompanyFolder(Path(folder))
        expected: dict[str, int] = {}
        for number, (ending, data, is_whole) in enumerate(contents):
            name = _name(number, ending)
            if ending in ("ndjson", "jsonl", "tsv"):
                expected[name] = number_of_lines(data)
            if ending == "csv":
                data = HEADER + data
            if ending == "ndjson.gz" and is_whole:
                expected[name] = number_of_lines(data)
                data = gzip.compress(data)
            company.put(name.removeprefix("inbox/"), data)
        results = pull(company.settings)
        # A content that stands in several files of the run is read in each of them.
        found = {name: count for result in results for name, count in counts(result).items()}
        refused = {refusal.file_name for result in results for refusal in result.refused}
        assert set(found) | refused == {_name(n, e) for n, (e, _, _) in enumerate(contents)}
        assert not set(found) & refused
        assert {name: found[name][0] for name in expected if name in found} == {
            name: lines for name, lines in expected.items() if name not in refused
        }
        landed, put_aside = company.landed("app_events", "events"), company.put_aside("app_events", "events")
        assert len(landed) == sum(count[1] for count in found.values())
        assert len(put_aside) == sum(count[3] for count in found.values())
        for row in put_aside:
            assert row["reason_code"]
            assert row["reason"]
            assert row["raw_text"] is not None
        for row in landed:
            _is_strict(row)
        company.accept(results)
        assert [result for result in pull(company.settings) if result.batch_id] == []


def _name(number: int, ending: str) -> str:
    return f"inbox/app_events/{'snowplow/' if ending == 'tsv' else ''}{number}.{ending}"


def _is_strict(row: dict[str, str | None]) -> None:
    """What landed as JSON is JSON by the letter, whichever way it came."""
    for column in ("properties", "_extra"):
        if row[column] is not None:
            try:
                assert isinstance(parse(row[column] or ""), dict)
            except NotStrict as error:
                assert error.code == "repeated_key", row  # noqa: PT017
