"""Whatever bytes a file holds: no exception, and every line has exactly one outcome."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.sources.app_events import pull
from ingestion.sources.app_events.adapters import ADAPTERS
from tests.unit.ingestion.sources.app_events.corpus.line_kinds import LINE_KINDS
from tests.unit.ingestion.sources.company_folder import CompanyFolder, counts

TEXTS = [kind.text for kind in LINE_KINDS if len(kind.text) < 1000]
PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(TEXTS),
    st.tuples(st.sampled_from(TEXTS), st.integers(0, 90), st.binary(max_size=3)).map(
        lambda made: made[0][: made[1]] + made[2] + made[0][made[1] :]
    ),
)


#: Of the folders that do not take JSON lines.
OTHER_NAMES = {"snowplow/": "a.tsv"}


@pytest.mark.parametrize("folder", ["", *(f"{name}/" for name in ADAPTERS)])
@settings(max_examples=5, deadline=None, derandomize=True)
@given(pieces=st.lists(PIECES, min_size=1, max_size=40))
def test_any_bytes_are_counted(folder: str, pieces: list[bytes]) -> None:
    data = b"\n".join(pieces)
    with tempfile.TemporaryDirectory() as path:
        company = CompanyFolder(Path(path))
        company.put(f"app_events/{folder}{OTHER_NAMES.get(folder, 'a.ndjson')}", data)
        (result,) = pull(company.settings)
        if result.refused:
            assert data[:2] in (b"\xff\xfe", b"\xfe\xff")
            return
        ((read, *outcomes),) = counts(result).values()
        text = data.removeprefix(b"\xef\xbb\xbf")
        assert read == text.count(b"\n") + (not text.endswith(b"\n") and bool(text)) == sum(outcomes)
