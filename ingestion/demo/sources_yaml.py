"""sources.yaml of the demo data folder: its database and the accounts that the emulated APIs answer for."""

from ingestion.demo.advertising import GOOGLE, OCEAN
from ingestion.demo.parameters import Parameters
from ingestion.demo.wechat import ACCOUNT_ID, APP_ID


def sources_yaml(parameters: Parameters) -> bytes:
    """`endpoint: demo` needs no credentials: the emulated APIs run inside the pipeline's own process."""
    first = parameters.first_day.isoformat()
    return f"""\
# The simulated company: written by `python -m ingestion.demo.generate`.
app_databases:
  - name: community
    url: sqlite:///company/app.db
ad_accounts:
  - platform: {GOOGLE.platform}
    account_id: "{GOOGLE.account_id}"
    endpoint: demo
    business_timezone: {GOOGLE.time_zone}
    start_date: {first}
    restatement_days: 14
  - platform: {OCEAN.platform}
    account_id: "{OCEAN.account_id}"
    account_name: {OCEAN.account_name}
    endpoint: demo
    start_date: {first}
    restatement_days: 14
channels:
  - platform: wechat_official_account
    account_id: {ACCOUNT_ID}
    app_id: {APP_ID}
    endpoint: demo
    start_date: {first}
""".encode()
