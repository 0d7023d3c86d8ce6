"""What landing accepts as a number or a moment is what Python reads in the same text, and Python can hold it."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.casting import cast_column, cleaned
from ingestion.contract import Contract, Field, decimal, integer, local_timestamp, timestamp
from ingestion.contract import date as date_field

PRICE, COUNT = decimal("price", "."), integer("pieces", ".")
MOMENT, LOCAL, DAY = timestamp("moment", "."), local_timestamp("wall", "."), date_field("day", ".")
FIELDS = (PRICE, COUNT, decimal("whole", ".", scale=0), MOMENT, LOCAL, DAY)

digits = st.text("0123456789", max_size=24)
numbers = st.builds(
    "{}{}{}{}".format, st.sampled_from(["", "-", "+"]), digits, st.sampled_from(["", "."]), digits
)
odd_text = st.text(st.sampled_from("0123456789.,+-eE_xT:Z 　\t٣½∞naif"), max_size=12)
two = st.integers(0, 99).map("{:02}".format)
years = st.one_of(
    st.sampled_from(["0000", "0001", "1969", "1970", "9999", "2024"]),
    st.integers(0, 9999).map("{:04}".format),
)
days = st.builds("{}-{:02}-{:02}".format, years, st.integers(0, 13), st.integers(0, 32))
times = st.builds(
    "{}{:02}:{:02}{}{}".format,
    st.sampled_from("Tt "),
    st.integers(0, 25),
    st.integers(0, 61),
    st.one_of(st.just(""), st.integers(0, 61).map(":{:02}".format)),
    st.one_of(st.just(""), st.text("0123456789", min_size=1, max_size=10).map(".{}".format)),
)
offsets = st.one_of(
    st.sampled_from(["", "Z", "z", " Z"]),
    st.builds("{}{}{}{}".format, st.sampled_from(["+", "-", " +"]), two, st.sampled_from([":", ""]), two),
)
moments = st.one_of(
    days, st.builds("{}{}{}".format, days, times, offsets), st.builds("{}{}".format, days, offsets), numbers
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": "1"}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def accepted(connection: duckdb.DuckDBPyConnection, field: Field, texts: list[str]) -> dict[str, object]:
    """Text → value of the texts that landing takes as values of a field."""
    cast = cast_column(field, "given", "typed")
    query = f"""select original, typed from (
            select original, given, {cast.value} as typed
            from (select original, {cleaned("original")} as given from (select unnest(?::varchar[]) as original))
        ) where ({cast.code}) is null and given is not null"""
    return dict(connection.execute(query, [texts]).fetchall())


def python_moment(text: str) -> datetime:
    """The same reading with the tools of Python."""
    text = text.strip(" \t\r\n").upper().replace(",", ".")
    if re.fullmatch(r"[0-9.]+", text):
        whole = len(text.partition(".")[0])
        micros = Decimal(text) * (10**6 if whole <= 11 else 1000 if whole <= 14 else 1)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))
    text = re.sub(r"\s([Z+-])", r"\1", text)
    text = re.sub(r"([ T]\d\d:\d\d)([Z+-]|$)", r"\1:00\2", text)
    text = re.sub(r"\.(\d+)", lambda found: "." + found[1][:6].ljust(6, "0"), text)
    midnight = re.search(r"[ T]24:00:00(\.0+)?", text)
    if midnight:
        text = text.replace(midnight[0], " 00:00:00")
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) + timedelta(days=1 if midnight else 0)


quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@quick
@given(texts=st.lists(st.one_of(numbers, odd_text), min_size=20, max_size=60))
def test_numbers_are_those_of_python(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    for field in FIELDS[:3]:
        for text, value in accepted(connection, field, texts).items():
            assert value == Decimal(text.strip(" \t\r\n")), (field.name, text)


@quick
@given(texts=st.lists(st.one_of(moments, odd_text), min_size=20, max_size=60))
def test_moments_are_those_of_python(connection: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    for text, value in accepted(connection, MOMENT, texts).items():
        assert isinstance(value, datetime), text
        assert value.astimezone(UTC) == python_moment(text), text
    for text, value in accepted(connection, LOCAL, texts).items():
        assert isinstance(value, datetime), text
        assert value.replace(tzinfo=UTC) == python_moment(text), text
    for text, value in accepted(connection, DAY, texts).items():
        assert value == date.fromisoformat(text.strip(" \t\r\n")), text


@pytest.mark.parametrize("text", ["12", "-0", "+5", "007", "12.", "12.000", str(2**63 - 1), str(-(2**63))])
def test_a_whole_number_is_accepted(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert accepted(connection, COUNT, [text]) == {text: int(Decimal(text))}


@pytest.mark.parametrize(
    "text", ["0", ".5", "-.5", "1.500000000", "99999999999999.999999", "000000000000000000001.5"]
)
def test_an_exact_amount_is_accepted(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert accepted(connection, PRICE, [text]) == {text: Decimal(text)}


@pytest.mark.parametrize("text", [".", "+", "-.", "1e3", "1_000", "0x10", "٣", "inf", "1.0000001", "1,5"])
def test_what_is_no_plain_number_is_not(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert not accepted(connection, PRICE, [text])
    assert not accepted(connection, COUNT, [text])


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01",
        "0000-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "2026-03-30T12:00:00+99:99",
        "2026-03-30T12:00:00+24:00",
        "2026-03-30T12:00:00+05:60",
        "2026-03-30+08:00",
        "2026-03-30T23:59:60Z",
        "epoch",
        "infinity",
    ],
)  # fmt: skip
def test_a_moment_that_no_calendar_has_is_refused(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    for field in (MOMENT, LOCAL, DAY):
        assert not accepted(connection, field, [text])


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2024-02-29t10:00z", "2026-03-30 12:00:00 +0800",
     "2026-03-30T12:00:00 +08", "2026-03-30T12:00:00,5-05:30", "1772908200.5", "1772908200123456"],
)  # fmt: skip
def test_a_moment_is_accepted(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    (value,) = accepted(connection, MOMENT, [text]).values()
    assert isinstance(value, datetime)
    assert value.astimezone(UTC) == python_moment(text)


def test_every_field_can_stand_in_a_contract() -> None:
    assert len(Contract("s", "e", ".", FIELDS, ("pieces",)).schema) == len(FIELDS) + 7
