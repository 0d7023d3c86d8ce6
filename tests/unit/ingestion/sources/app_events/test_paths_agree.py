"""An event has the same content whether DuckDB reads its line, the strict parser does, or it comes in a document."""

import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ingestion.sources.app_events import pull
from ingestion.sources.app_events.line_query import ODD
from tests.unit.ingestion.sources.app_events.event_lines import event, line, lines
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

START = '{"event_id":"1","event_name":"v","user_id":"u","occurred_at":"2026-03-30T04:00:00.123456789Z","properties":'
NUMBERS = ["1.10", "12.50", "100.00", "-0", "-0.0", "0.0000100", "-123456.7000000", "12345678901234.5",
           "123456789012345.6", "-12345678901234.5", "0.12345678", "1e5", "1.50E3", "18446744073709551616"]  # fmt: skip

#: Every example lands files: to make a found one smaller would take minutes.
NOT_SHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


def as_document(company: CompanyFolder, name: str, texts: list[str]) -> None:
    company.put(f"app_events/{name}.json", "[" + ",".join(texts) + "]")


def test_a_number_has_one_text(tmp_path: Path) -> None:
    company = CompanyFolder(tmp_path)
    texts = [f'{START}{{"n":{number}}}}}'.replace('"1"', f'"{n}"', 1) for n, number in enumerate(NUMBERS)]
    company.put("app_events/a.ndjson", lines(*texts))
    as_document(company, "b", texts)
    (result,) = pull(company.settings)
    assert counts(result)["inbox/app_events/b.json"] == (len(NUMBERS), 0, len(NUMBERS), 0, 0)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
events = st.builds(
    lambda changes: event(**changes),
    st.fixed_dictionaries(
        {}, optional={"properties": st.dictionaries(st.text(max_size=3), values, max_size=4), "zz": values,
                      "user_id": st.text(max_size=4), "city": st.one_of(st.none(), st.text(max_size=4), st.integers())}
    ),
)  # fmt: skip


@settings(max_examples=6, deadline=None, phases=NOT_SHRUNK)
@given(given_events=st.lists(events, min_size=5, max_size=40), is_spaced=st.booleans())
def test_any_event_has_one_content(
    tmp_path_factory: pytest.TempPathFactory, given_events: list[dict[str, object]], is_spaced: bool
) -> None:
    company = CompanyFolder(tmp_path_factory.mktemp("paths"))
    texts = [
        json.dumps(
            one | {"event_id": f"e{n}"}, ensure_ascii=False, separators=None if is_spaced else (",", ":")
        )
        for n, one in enumerate(given_events)
    ]
    company.put("app_events/a.ndjson", lines(*texts))
    as_document(company, "b", texts)
    (result,) = pull(company.settings)
    read, landed, duplicate, put_aside, _ = counts(result)["inbox/app_events/a.ndjson"]
    assert duplicate == 0
    assert counts(result)["inbox/app_events/b.json"] == (read, 0, landed, put_aside, 0)


def test_times_to_the_nanosecond_and_plain_words_stay_on_the_fast_path() -> None:
    texts = [
        START + "{}}",
        line(properties={"a": "Hi, nancy", "b": "yes, it is", "c": "[info]", "t": "1:2.123456789"}),
    ]
    assert [
        duckdb.connect().execute("select regexp_matches(?, ?)", [text, ODD]).fetchone() for text in texts
    ] == [(False,)] * 2
