"""Canary secrets through real Dagster runs of all ad platforms: accounts that succeed beside others that fail, then all
fail. They are in no event, asset metadata, check, table, file of the data folder, or printed line."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest
import yaml
from cryptography.fernet import Fernet
from dagster._serdes import serialize_value

from ingestion.demo.apis import serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.settings import Settings
from orchestration.defs.ingestion import source_assets
from orchestration.defs.resources import Workspace
from orchestration.environment import prepare_environment
from tests.unit.ingestion.company_state import AS_OF, write_company
from tests.unit.ingestion.sources.ad_accounts.platform_cases import CASES, FIRST, SECOND, Case
from tests.unit.ingestion.sources.ad_accounts.test_secrets_stay_secret import ISSUED

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("secrets")]

DAY = date(2026, 3, 30)  # over in every zone
PUBLIC = ("app_id", "client_id", "user_id")
CANARY = "canary-{}-{}-+/=測"


def variable(kind: str, case: Case, name: str) -> str:
    return f"{kind}_{case.source}_{name}".upper()


def entry(case: Case, account_id: str, kind: str, url: str) -> dict[str, object]:
    names = {name: variable(kind, case, name) for name in DEMO_CREDENTIALS[case.source]}
    given = {"platform": case.source, "account_id": account_id, "endpoint": f"{url}/{case.source}"}
    named = {name: value.format(account_id) for name, value in case.fields.items()}
    return {**given, **named, "business_timezone": case.time_zone, "credentials": names}


def run(instance: dg.DagsterInstance, data_dir: Path, entries: list[dict[str, object]]) -> tuple[bool, str]:
    """Materialises the tables of all ad platforms for DAY; whether that went well, and every event of it as text."""
    (data_dir / "sources.yaml").write_text(yaml.safe_dump({"ad_accounts": entries}), "utf-8")
    names = {f"raw_{case.source}" for case in CASES}
    assets = [one for one in source_assets(Settings.from_environment()) if one.op.name in names]
    assert len(assets) == len(CASES)
    result = dg.materialize(
        assets, partition_key=DAY.isoformat(), resources={"workspace": Workspace()}, instance=instance,
        raise_on_error=False,
    )  # fmt: skip
    return result.success, "\n".join(serialize_value(event) for event in instance.all_logs(result.run_id))


def kept(folder: Path) -> Iterator[str]:
    """Everything in the files of a folder: as bytes, and as rows, since Parquet and SQLite may store text in pieces."""
    for path in filter(Path.is_file, folder.rglob("*")):
        yield path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            yield str(pq.read_table(path).to_pylist())
        elif path.suffix == ".db":
            with sqlite3.connect(path) as connection:
                yield "\n".join(connection.iterdump())


def test_no_secret_is_in_events_metadata_files_or_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    data_dir, key = tmp_path / "data", Fernet.generate_key().decode()
    places = {"DAGSTER_HOME": "dagster", "DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
    values = {name: str(data_dir / place) for name, place in places.items()}
    values |= {"OPS_DATA_DIR": str(data_dir), "OPS_AS_OF": AS_OF.isoformat(), "OPS_TOKEN_KEY": key}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    secrets = {key, *ISSUED}
    for case in CASES:
        for name, right in DEMO_CREDENTIALS[case.source].items():
            wrong = "1" if name in PUBLIC else CANARY.format(case.source, name)
            monkeypatch.setenv(variable("RIGHT", case, name), right)
            monkeypatch.setenv(variable("WRONG", case, name), wrong)
            secrets |= {right, wrong} if name not in PUBLIC else set()
    prepare_environment()
    company = write_company(tmp_path, {case.source: case.state() for case in CASES})
    with serve(company, AS_OF) as url, dg.DagsterInstance.get() as instance:
        right = [entry(case, FIRST, "RIGHT", url) for case in CASES]
        wrong = [entry(case, SECOND, "WRONG", url) for case in CASES]
        is_good, told = run(instance, data_dir, [*right, *wrong])
        assert is_good
        assert told.count("every_account_was_pulled") >= len(CASES)
        assert SECOND in told, "the failed accounts are named"
        is_good, told_of_failure = run(instance, data_dir, wrong)
        assert not is_good
        assert all(f"{case.source}: none of 1 accounts could be pulled" in told_of_failure for case in CASES)
    printed = "".join(capfd.readouterr())
    seen = [told, told_of_failure, printed, *kept(data_dir)]
    assert any(f"Account {FIRST}" in text for text in seen), "what was landed is found"
    for secret in secrets:
        assert not any(secret in text for text in seen), secret
