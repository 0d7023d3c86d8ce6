"""The act itself, in steps that each may be repeated: a killed erasure is finished by the next `make erase`.

The ids go into the list first, so that nothing brings them back; then raw and quarantine, publications and everything
that is text are rewritten, file by file. The warehouse is removed: the next refresh builds it from raw, without them.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from ingestion.erasure.erased_list import DEVICE, USER, ErasedList, PersonId, new_tombstone, spellings
from ingestion.erasure.landed_history import erase_landed_history, ordered_marks
from ingestion.erasure.person import ANONYMOUS, Person, find_person
from ingestion.erasure.person_rows import ErasedPeople
from ingestion.errors import SourceError
from ingestion.scratch import scratch_connection, scratch_folder
from ingestion.settings import Settings
from orchestration.erasure.history_database import erase_history
from orchestration.erasure.own_files import own_databases, own_files, unknown_raw_files
from orchestration.erasure.pending import Pending
from orchestration.erasure.publications import PublishedPerson, erase_publications
from orchestration.erasure.texts import erase_texts
from orchestration.freeze import SPILLED, WAREHOUSE
from orchestration.publication.pseudonyms import Pseudonyms

Say = Callable[[str], None]


class Unnamed(SourceError):
    """Nobody to erase; one line."""


def erase(settings: Settings, app_id: str, user: str, *, dry_run: bool, say: Say) -> str:
    """One line of outcome. The caller holds the writer lock. Raises SourceError."""
    data_dir = settings.data_dir
    pending = Pending.read(data_dir)
    if pending is not None and not dry_run:
        say(f"finishes the erasure of a user of app {pending.app_id} that was interrupted")
        done = _finish(data_dir, pending, say, was_killed=True)
        if not (app_id or user) or (app_id, user) == (pending.app_id, pending.user):
            return done
    if pending is not None and dry_run:
        raise Unnamed("an erasure was interrupted; `make erase` without DRY_RUN finishes it first")
    if not app_id or not user:
        raise Unnamed("name a person: make erase APP=<app_id> USER=<user_id, or anon:<anonymous_id>>")
    erased = ErasedList.read(data_dir)
    if erased and (tombstone := erased.tombstone_of(_id_of(app_id, user))):
        return f"this user of app {app_id} was erased on {erased.erased_at(tombstone)[:10]}; nothing is left to do"
    with scratch_connection(data_dir, "erasure") as connection:
        known = set(erased.tombstones.values()) if erased else set()
        person = find_person(connection, data_dir, app_id, user, known)
        if dry_run:
            return _would_change(connection, data_dir, person, say)
        erased = ErasedList.opened(data_dir)
        orphans = tuple((new_tombstone(), each) for each in person.orphans)
        pending = Pending(app_id, user, new_tombstone(), person.ids, orphans)
        marks = ordered_marks(connection, data_dir, pending.people(erased))
    pending = replace(pending, marks=marks)
    pending.write(data_dir)
    if person.shared:
        say(f"{person.shared} device id(s) were also used by others and stay (docs/erasure.md)")
    return _finish(data_dir, pending, say)


def _id_of(app_id: str, user: str) -> PersonId:
    if user.startswith(ANONYMOUS):
        return DEVICE, app_id, user.removeprefix(ANONYMOUS)
    return USER, app_id, user


def _finish(data_dir: Path, pending: Pending, say: Say, *, was_killed: bool = False) -> str:
    """Each step finds nothing to do where it was done before."""
    erased = pending.keep_out(data_dir)
    for name in (WAREHOUSE, f"{WAREHOUSE}.wal"):
        (data_dir / name).unlink(missing_ok=True)
    shutil.rmtree(data_dir / SPILLED, ignore_errors=True)
    with scratch_connection(data_dir, "erasure") as connection:
        people = pending.people(erased)
        rows, files = _rewrite(connection, data_dir, people, say, dry_run=False, was_killed=was_killed)
    _name_own_files(data_dir, tuple(pending.tombstones), say)
    pending.forget(data_dir)
    return (
        f"erased: {rows:,} rows of {files:,} files now say {pending.tombstone}; "
        "`make refresh` builds the warehouse again"
    )


def _would_change(connection: duckdb.DuckDBPyConnection, data_dir: Path, person: Person, say: Say) -> str:
    ids = (*person.ids, *person.orphans)
    people = ErasedPeople(dict.fromkeys(ids, "erased-..."), str)
    for kind, _, text in ids:
        say(f"{kind} {text}")
    if person.shared:
        say(f"{person.shared} device id(s) were also used by others and would stay")
    rows, files = _rewrite(connection, data_dir, people, say, dry_run=True)
    _name_own_files(data_dir, ids, say)
    return f"{rows:,} rows of {files:,} files would change, and the warehouse would be built again"


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    data_dir: Path,
    people: ErasedPeople,
    say: Say,
    *,
    dry_run: bool,
    was_killed: bool = False,
) -> tuple[int, int]:
    """(rows of raw and quarantine, files of all kinds) that change."""
    counts: list[int] = []
    verb = "would change" if dry_run else "rewritten"

    def landed(name: str, rows: int) -> None:
        counts.append(rows)
        say(f"{verb}: {name} ({rows:,} rows)")

    erase_landed_history(connection, data_dir, people, landed, dry_run=dry_run)
    (app_id,) = people.apps
    names = published_names(people.tombstones)
    with scratch_folder(data_dir, "erasure") as scratch:
        published = erase_publications(data_dir, scratch, PublishedPerson(app_id, names), dry_run=dry_run)
    texts, left = erase_texts(data_dir, names, dry_run=dry_run)
    for name in (*published, *texts):
        say(f"{verb}: {name}")
    if os.environ.get("OPS_DAGSTER_YAML"):
        tables, elsewhere = erase_history(names, dry_run=dry_run, was_killed=was_killed)
        for name in tables:
            say(f"{verb}: table {name} of Dagster's history in PostgreSQL")
        if elsewhere:
            say(
                f"OPS_DAGSTER_YAML: what {', '.join(elsewhere)} keeps outside the data folder is yours to search"
            )
    for name in left:
        say(f"cannot be rewritten, remove it yourself: {name}")
    return sum(counts), len(counts) + len(published) + len(texts)


def published_names(tombstones: Mapping[PersonId, str]) -> dict[str, str]:
    """Every spelling that a reader may know: as it came, as an anonymous user, with OPS_PSEUDONYM_KEY, and in JSON."""
    pseudonyms = Pseudonyms.from_environment()
    names: dict[str, str] = {}
    for (kind, _, text), tombstone in tombstones.items():
        names[text] = tombstone
        if pseudonyms.is_stable:
            names[pseudonyms.of(text)] = tombstone
        if kind == DEVICE:
            names[f"{ANONYMOUS}{text}"] = f"{ANONYMOUS}{tombstone}"
            if pseudonyms.is_stable:
                names[f"{ANONYMOUS}{pseudonyms.of(text)}"] = f"{ANONYMOUS}{tombstone}"
    names |= {json.dumps(text)[1:-1]: new for text, new in names.items()}
    return names


def _name_own_files(data_dir: Path, ids: "tuple[PersonId, ...]", say: Say) -> None:
    for name in unknown_raw_files(data_dir, list(spellings(ids))):
        say(f"of a table that no contract describes any more, remove it, it is not read: {name}")
    for name in own_files(data_dir, list(spellings(ids))):
        say(f"your own file names this person, delete it or take the person out: {name}")
    for database in own_databases(data_dir):
        say(f"your own database {database.name}: take the person out of it too")
