"""A finished company whose tables can be harmed, and the gate between a build of them and its readers."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from ingestion.manifest import Manifest
from orchestration.broken_identities import broken_identities
from orchestration.expectations.runner import judge
from orchestration.freeze import WAREHOUSE
from orchestration.publication.guard import guard
from orchestration.publication.public_tables import PublicTable, public_tables
from orchestration.publication.publish import publish
from orchestration.publication.verify import CheckOutcome, verify


@dataclass(frozen=True)
class Check:
    """A dbt test as dbt compiled it in the company's own run."""

    name: str
    sql: str
    tables: frozenset[str]


@dataclass(frozen=True)
class Company:
    """`followers` are the tables that are built from fct_kpi, in their order, with the statement that builds each."""

    path: Path
    checks: tuple[Check, ...]
    tables: tuple[PublicTable, ...]
    followers: Mapping[str, str]

    @classmethod
    def of(cls, data_dir: Path, target: Path, *, also_warnings: bool = False) -> "Company":
        severities = {"ERROR", "WARN"} if also_warnings else {"ERROR"}
        manifest = json.loads((target / "manifest.json").read_text("utf-8"))
        results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
        followers = _followers(manifest["nodes"], {row["unique_id"]: row for row in results})
        return cls(
            data_dir,
            tuple(_checks(manifest, results, severities)),
            tuple(public_tables(manifest)),
            dict(followers),
        )

    def copy(self, folder: Path, *, published: bool = True) -> "Company":
        """Its warehouse and what readers see; files that never change are shared."""
        shutil.copytree(self.path / "raw" / "_manifest", folder / "raw" / "_manifest", copy_function=os.link)
        shutil.copyfile(self.path / WAREHOUSE, folder / WAREHOUSE)
        if published:
            shutil.copytree(
                self.path / "published", folder / "published", symlinks=True, copy_function=_link_or_copy
            )
        return replace(self, path=folder)

    def harm(self, *statements: str) -> None:
        with duckdb.connect(str(self.path / WAREHOUSE)) as connection:
            for statement in statements:
                connection.execute(statement)

    def gate(self, tables: frozenset[str]) -> None:
        """As a run does it after these tables were built: their dbt tests, the guard, publication.

        Raises NotPublishable.
        """
        outcomes = list(self.outcomes(tables))
        verify(self.path, Manifest(self.path).entries(), outcomes)
        outcomes += guard(self.path, judge)
        publish(self.path, "run-of-test", self.tables, outcomes)

    def outcomes(self, tables: frozenset[str]) -> Iterator[CheckOutcome]:
        with duckdb.connect(str(self.path / WAREHOUSE), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for check in self.checks:
                if check.tables & tables:
                    failed = connection.execute(f"select count(*) from ({check.sql}) failed").fetchall()[0][0]
                    yield CheckOutcome("kpi/fct_kpi", check.name, failed == 0, True, failed_rows=failed)

    def identities(self, check_name: str) -> str:
        """What a failed run says of that check beside its name."""
        with duckdb.connect(str(self.path / WAREHOUSE), read_only=True) as connection:
            found = [check.sql for check in self.checks if check.name == check_name]
            return "".join(broken_identities(connection, sql) for sql in found)

    def version(self) -> str:
        return os.readlink(self.path / "published" / "current")


def _checks(manifest: dict, results: list[dict], severities: set[str]) -> Iterator[Check]:
    """Those of severity ERROR stop a run."""
    for result in results:
        node = manifest["nodes"].get(result["unique_id"], {})
        if node.get("resource_type") == "test" and node["config"]["severity"].upper() in severities:
            tables = frozenset(name.split(".")[-1] for name in node["depends_on"]["nodes"])
            if result.get("compiled_code"):
                yield Check(node["name"], result["compiled_code"], tables)


def _followers(nodes: dict, results: dict[str, dict]) -> Iterator[tuple[str, str]]:
    """Tables of schema kpi downstream of fct_kpi, and what lies between; sources before what reads them."""
    models = {key: node for key, node in nodes.items() if node["resource_type"] == "model"}
    (start,) = (key for key, node in models.items() if node["name"] == "fct_kpi")
    reads = {key: set(node["depends_on"]["nodes"]) & models.keys() for key, node in models.items()}

    def all_below(key: str) -> set[str]:
        below = {one for one in models if key in reads[one]}
        return below.union(*(all_below(one) for one in below))

    downstream = all_below(start)
    wanted = {
        key
        for key in downstream
        if any(models[one]["schema"] == "kpi" for one in {key, *all_below(key)})
        and models[key]["config"]["materialized"] == "table"
    }
    done: set[str] = set()
    while wanted - done:
        for key in sorted(wanted - done):
            if not reads[key] & (wanted - done):
                schema, name = models[key]["schema"], models[key]["name"]
                done.add(key)
                yield name, f'create or replace table "{schema}"."{name}" as {results[key]["compiled_code"]}'


def _link_or_copy(source: str, target: str, *, follow_symlinks: bool = True) -> None:
    """shutil also calls it for symbolic links to folders, which cannot be hard links."""
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
    else:
        os.link(source, target)
