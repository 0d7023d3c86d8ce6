"""Canary secrets of every ad platform: after success and after failure they are in no log, message or file."""

import logging
from importlib import import_module
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ingestion.demo.apis import serve
from ingestion.demo.apis.credentials import DEMO_CREDENTIALS
from ingestion.sources.account_pulls import NoAccountPulled
from tests.unit.ingestion.company_state import AS_OF, settings, write_company
from tests.unit.ingestion.sources.ad_accounts.platform_cases import CASES, LAST_DAY, Case

#: What the emulators issue, beside the secrets that are given to them.
ISSUED = ("demo-google-access", "demo-ocean-access", "demo-tencent-access", "-access-1", "-refresh-1")


@pytest.mark.parametrize("is_right", [True, False], ids=["accepted", "refused"])
@pytest.mark.parametrize("case", CASES, ids=[case.source for case in CASES])
def test_no_secret_leaves_the_process(
    case: Case,
    is_right: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    key = Fernet.generate_key().decode()
    monkeypatch.setenv("OPS_TOKEN_KEY", key)
    right = DEMO_CREDENTIALS[case.source]
    given = {name: value if is_right else f"canary-{name}-+/=測" for name, value in right.items()}
    for name, value in given.items():
        monkeypatch.setenv(f"T_{name.upper()}", value)
    data = tmp_path / "data"
    with serve(write_company(tmp_path, {case.source: case.state()}), AS_OF) as url:
        account = case.account(
            endpoint=f"{url}/{case.source}", credentials={name: f"T_{name.upper()}" for name in right}
        )
        pull = import_module(f"ingestion.sources.ad_accounts.{case.source}").pull
        said = ""
        try:
            results = pull(settings(data), [account], dates=[LAST_DAY])
        except NoAccountPulled as error:
            results, chain = error.results, error
            said = repr(chain) + repr(chain.__cause__) + repr(chain.__context__)
    assert (results.failures == []) is is_right
    said += caplog.text + "".join(failure.message for failure in results.failures) + repr(results)
    files = [path for path in data.rglob("*") if path.is_file()]
    assert files
    public = {"app_id", "client_id", "user_id"}
    secrets = [value for name, value in given.items() if name not in public]
    for secret in (*secrets, *ISSUED, key):
        assert secret not in said, secret
        assert not any(secret.encode() in path.read_bytes() for path in files), secret
