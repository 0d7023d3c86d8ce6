"""Landing: exact casts, quarantine with reasons, repetitions, all or nothing, conservation."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.contract import Contract, boolean, date, decimal, integer, text, timestamp
from ingestion.landing import Landing, SourceFile
from ingestion.manifest import Manifest

NOW = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
THINGS = Contract(
    "shop",
    "things",
    "Things. One row per thing.",
    (
        text("thing_id", "Key.", required=True),
        integer("pieces", "Count.", minimum=0),
        decimal("price", "Price.", scale=2, precision=12),
        timestamp("sold_at", "When."),
        date("sold_on", "Day."),
        boolean("is_new", "New."),
        text("size", "Size.", choices=("S", "M")),
    ),
    key=("thing_id",),
    repeats="latest",
)


def land(tmp_path, rows, *, contract=THINGS, accept=True, **names):
    table = pa.Table.from_pylist(rows)
    with Landing(tmp_path, contract.source, NOW) as landing:
        counts = landing.add(contract, table, **names)
    if accept:
        Manifest(tmp_path).set_state(landing.result.batch_id, "accepted")
    return counts, landing.result


def raw(tmp_path, entity="things"):
    files = Manifest(tmp_path).raw_files("shop", entity, states=("landed", "accepted"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def quarantined(tmp_path, result):
    return pq.read_table(tmp_path / result.files[0].quarantine_path).to_pylist()


def test_values_are_cast_exactly(tmp_path):
    counts, _ = land(
        tmp_path,
        [{"thing_id": " a ", "pieces": "12.0", "price": "1234567890.10", "sold_at": "2026-03-08T02:30:00+0800",
          "sold_on": "2026-02-28", "is_new": "是", "size": "M"}],
    )  # fmt: skip
    (row,) = raw(tmp_path)
    assert counts.landed == 1
    assert row["thing_id"] == "a"
    assert row["pieces"] == 12
    assert row["price"] == Decimal("1234567890.10")
    assert row["sold_at"] == datetime(2026, 3, 7, 18, 30, tzinfo=UTC)
    assert row["is_new"] is True


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("1772908200", datetime(2026, 3, 7, 18, 30, tzinfo=UTC)),
        ("1772908200.123456", datetime(2026, 3, 7, 18, 30, 0, 123456, tzinfo=UTC)),
        ("1772908200123", datetime(2026, 3, 7, 18, 30, 0, 123000, tzinfo=UTC)),
        ("1772908200123456", datetime(2026, 3, 7, 18, 30, 0, 123456, tzinfo=UTC)),
        ("2026-03-07T18:30:00Z", datetime(2026, 3, 7, 18, 30, tzinfo=UTC)),
        ("2026-03-07 18:30", datetime(2026, 3, 7, 18, 30, tzinfo=UTC)),
        ("2026-03-07T18:30:00.123456+05:30", datetime(2026, 3, 7, 13, 0, 0, 123456, tzinfo=UTC)),
        ("2026-03-07", datetime(2026, 3, 7, tzinfo=UTC)),
    ],
)
def test_moments_come_in_many_spellings(tmp_path, given, moment):
    land(tmp_path, [{"thing_id": "a", "sold_at": given}])
    assert raw(tmp_path)[0]["sold_at"] == moment


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("thing_id", "  ", "missing_required"),
        ("pieces", "1.5", "not_an_integer"),
        ("pieces", "9223372036854775808", "not_an_integer"),
        ("pieces", "-1", "out_of_bounds"),
        ("price", "1.005", "not_a_decimal"),
        ("price", "NaN", "not_a_decimal"),
        ("price", "99999999999.00", "not_a_decimal"),
        ("sold_at", "epoch", "not_a_timestamp"),
        ("sold_at", "2026-02-30T00:00:00Z", "not_a_timestamp"),
        ("sold_on", "2026-2-3", "not_a_date"),
        ("is_new", "maybe", "not_a_boolean"),
        ("size", "XL", "not_a_choice"),
    ],
)
def test_what_does_not_fit_is_put_aside_with_its_reason(tmp_path, column, value, code):
    counts, result = land(tmp_path, [{"thing_id": "a", column: value}])
    (row,) = quarantined(tmp_path, result)
    assert (counts.read, counts.landed, counts.quarantined) == (1, 0, 1)
    assert row["reason_code"] == code
    assert column in row["reason"]
    assert column in row["raw_text"]


def test_unknown_columns_are_kept(tmp_path):
    land(tmp_path, [{"thing_id": "a", "colour": "红"}, {"thing_id": "b", "colour": None}])
    assert [row["_extra"] for row in sorted(raw(tmp_path), key=lambda r: r["thing_id"])] == [
        '{"colour":"红"}',
        None,
    ]


def test_a_row_that_did_not_change_is_a_duplicate_and_a_return_is_not(tmp_path):
    states = ["1", "1", "2", "1"]
    landed = [land(tmp_path, [{"thing_id": "a", "pieces": pieces}])[0].landed for pieces in states]
    assert landed == [1, 0, 1, 1]


def test_copies_within_one_call_land_once_even_across_files(tmp_path):
    with Landing(tmp_path, "shop", NOW) as landing:
        first = landing.add(
            THINGS, pa.Table.from_pylist([{"thing_id": "a"}, {"thing_id": "a"}]), file_name="1"
        )
        second = landing.add(
            THINGS, pa.Table.from_pylist([{"thing_id": "a"}, {"thing_id": "b"}]), file_name="2"
        )
    assert (first.landed, first.duplicate) == (1, 1)
    assert (second.landed, second.duplicate) == (1, 1)


def test_rows_of_several_files_are_counted_per_file(tmp_path):
    rows = [{"thing_id": "a", "_source_file": "x"}, {"thing_id": "b", "_source_file": "y"},
            {"thing_id": None, "_source_file": "y"}]  # fmt: skip
    _, result = land(
        tmp_path, rows, files=[SourceFile("x", "h1"), SourceFile("y", "h2"), SourceFile("z", "h3")]
    )
    counts = {
        file.file_name: (file.rows_read, file.rows_landed, file.rows_quarantined) for file in result.files
    }
    assert counts == {"x": (1, 1, 0), "y": (2, 1, 1), "z": (0, 0, 0)}
    assert all(file.is_conserved for file in result.files)


def test_an_error_leaves_nothing(tmp_path):
    def interrupted() -> None:
        with Landing(tmp_path, "shop", NOW) as landing:
            landing.add(THINGS, pa.Table.from_pylist([{"thing_id": "a"}]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert Manifest(tmp_path).entries() == []
    assert [path.name for path in (tmp_path / "raw").rglob("*.*")] == ["_schema.parquet"]


def test_only_accepted_batches_count_as_history(tmp_path):
    _, first = land(tmp_path, [{"thing_id": "a"}], accept=False)
    Manifest(tmp_path).set_state(first.batch_id, "held", "too few rows")
    Manifest(tmp_path).set_state(first.batch_id, "withdrawn")
    counts, _ = land(tmp_path, [{"thing_id": "a"}])
    assert counts.landed == 1
    assert [entry.state for entry in Manifest(tmp_path).entries()] == ["withdrawn", "accepted"]
