"""Downloads that wait to be landed, and which of them may share a batch."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from ingestion.contract import Contract
from ingestion.landing import SourceFile
from ingestion.sources.channels.exports.rows import Row

#: The app of a file that lies in the platform's folder itself.
DEFAULT_APP = "default"


@dataclass(frozen=True)
class Download:
    """A file that was read; its rows belong to one contract."""

    contract: Contract
    facts: SourceFile
    observed_at: datetime
    rows: list[Row]


def scope(file_name: str) -> tuple[str, str]:
    """(platform, app_id) of inbox/platform_exports/<platform>/[<app_id>/]…"""
    folders = PurePosixPath(file_name).parts[2:-1]
    return (folders[0] if folders else "", folders[1] if len(folders) > 1 else DEFAULT_APP)


def groups(downloads: list[Download]) -> list[list[Download]]:
    """Neighbours that do not correct each other share a batch, since a batch is observed at one moment.

    A download that says something else of a key (such as a content on a statistics date) begins a new batch, so does
    one whose rows carry no statistics date and therefore get that of the observation. All are of one contract.
    """
    found: list[list[Download]] = []
    told: dict[tuple[object, ...], tuple[object, ...]] = {}
    is_dated = True
    for download in downloads:
        contract = download.contract
        names = [field.name for field in contract.fields]
        values = {
            tuple(row.get(name) for name in contract.key): tuple(row.get(name) for name in names)
            for row in download.rows
            if _is_good(row)
        }
        was_dated, is_dated = (
            is_dated,
            all(row.get(_date_of(contract)) for row in download.rows if _is_good(row)),
        )
        agrees = all(told.get(key, value) == value for key, value in values.items())
        is_same_moment = bool(found) and found[-1][-1].observed_at == download.observed_at
        if found and agrees and (is_same_moment or (was_dated and is_dated)):
            found[-1].append(download)
            told |= values
        else:
            found.append([download])
            told = values
    return found


def _is_good(row: Row) -> bool:
    return not row["_is_blank"] and not row.get("_reason_code")


def _date_of(contract: Contract) -> str:
    return next(name for name in contract.key if name.endswith("_date"))
