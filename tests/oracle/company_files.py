"""Lays a company down where the pipeline looks for it: inbox, workbook and the app's own database."""

import csv
import json
import os
import sqlite3
from datetime import UTC
from decimal import Decimal
from pathlib import Path

from ingestion.contract import Contract
from ingestion.sources.app_database import contracts as database
from ingestion.sources.ops_workbook import contracts as workbook
from tests.oracle.company import Company, Row
from tests.oracle.company_outside import AD_ACCOUNT, AD_CURRENCY, AD_PLATFORM, AD_ZONE

#: What the platforms call the id of a post; they share the other words.
ID_HEADERS = {"weibo": "mid", "xiaohongshu": "note_id"}


def write_company(company: Company, data_dir: Path) -> dict[str, str]:
    """Write all input files under `data_dir`; gives the environment that the run needs."""
    events = data_dir / "inbox" / "app_events" / "events.ndjson"
    events.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(event, ensure_ascii=False) for event in company.events]
    events.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for contract, rows in workbook_tables(company):
        path = data_dir / "inbox" / "ops_workbook" / f"{contract.entity}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns_of(contract), restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    _write_database(company, data_dir / "company" / "app.db")
    _write_downloads(company, data_dir / "inbox" / "platform_exports")
    sources = "app_databases:\n  - name: community\n    url: sqlite:///company/app.db\n"
    if company.ads:
        sources += _write_ads(company, data_dir / "company" / "ads.json")
    (data_dir / "sources.yaml").write_text(sources, encoding="utf-8")
    return {
        "OPS_DATA_DIR": str(data_dir),
        "OPS_AS_OF": company.as_of.astimezone(UTC).isoformat(),
        "OPS_REPORTING_CURRENCY": company.reporting_currency,
        "OPS_WEEK_START": company.week_start,
    }


def workbook_tables(company: Company) -> list[tuple[Contract, list[Row]]]:
    return [
        (workbook.APPS, company.apps),
        (workbook.EVENT_CATALOG, company.event_catalog),
        (workbook.EXCLUDED_USERS, company.excluded_users),
        (workbook.FX_RATES, company.fx_rates),
        (workbook.FUNNELS, company.funnels),
        (workbook.FUNNEL_STEPS, company.funnel_steps),
        (workbook.ACTIVITIES, company.activities),
        (workbook.ACTIVITY_GROUPS, company.activity_groups),
        (workbook.CALENDAR, company.calendar),
        (workbook.AD_ACCOUNTS, company.ad_accounts),
        (workbook.CHANNEL_COSTS, company.channel_costs),
    ]


def database_tables(company: Company) -> list[tuple[Contract, list[Row]]]:
    return [
        (database.USERS, company.users),
        (database.CONTENTS, company.contents),
        (database.ORDERS, company.orders),
        (database.REFUNDS, company.refunds),
        (database.USER_TIER_CHANGES, company.user_tier_changes),
        (database.POINTS_LEDGER, company.points_ledger),
        (database.INVITATIONS, company.invitations),
    ]


def columns_of(contract: Contract) -> list[str]:
    return [field.name for field in contract.fields]


def _write_database(company: Company, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        for contract, rows in database_tables(company):
            columns = columns_of(contract)
            names = ", ".join(f'"{column}" text' for column in columns)
            connection.execute(f'create table "{contract.entity}" ({names})')
            marks = ", ".join("?" * len(columns))
            values = [[row.get(column) for column in columns] for row in rows]
            connection.executemany(f'insert into "{contract.entity}" values ({marks})', values)
    connection.close()


def _write_downloads(company: Company, folder: Path) -> None:
    """A file per download; when it was saved is all that tells when its figures were seen."""
    for number, download in enumerate(company.downloads):
        path = folder / download["platform"] / download["app_id"] / f"download-{number}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = list(dict.fromkeys(name for row in download["rows"] for name in row))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writerow(
                {
                    name: ID_HEADERS.get(download["platform"], name)
                    if name == "external_content_id"
                    else name
                    for name in columns
                }
            )
            writer.writerows(download["rows"])
        saved_ns = int(download["saved_at"].timestamp()) * 1_000_000_000
        os.utime(path, ns=(saved_ns, saved_ns))


def _write_ads(company: Company, path: Path) -> str:
    """What the emulated platform shows; gives its lines of sources.yaml. Its days stay those of the account: days put
    together from hours have an oracle of their own (test_ad_platforms).
    """
    shown = [row | {"cost_micros": int(Decimal(row["cost"]) * 1_000_000)} for row in company.ads]
    account = {
        "account_name": "ads",
        "currency_code": AD_CURRENCY,
        "time_zone": AD_ZONE,
        "rows": [row for row in shown if "ad_id" in row],
        "unallocated": [row for row in shown if "ad_id" not in row],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({AD_PLATFORM: {AD_ACCOUNT: account}}), encoding="utf-8")
    first = min(row["report_date"] for row in company.ads)
    return (
        f"ad_accounts:\n  - platform: {AD_PLATFORM}\n    account_id: '{AD_ACCOUNT}'\n    endpoint: demo\n"
        f"    start_date: {first}\n    restatement_days: 7\n    business_timezone: {AD_ZONE}\n"
    )
