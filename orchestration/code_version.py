"""Which code built a publication: the package version and a fingerprint of everything that shapes a table."""

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
#: The Makefile exports it too; a test may name a small project of its own.
DBT_PROJECT_DIR = Path(os.environ.get("DBT_PROJECT_DIR") or REPOSITORY / "dbt_project")
_DBT_SUFFIXES = {".sql", ".yml", ".yaml", ".csv", ".md"}
_DBT_OUTPUTS = {"target", "logs", "dbt_packages"}


def dbt_project_files(project_dir: Path = DBT_PROJECT_DIR) -> Iterator[Path]:
    """The files that `dbt parse` reads, sorted; nothing that dbt writes."""
    for path in sorted(project_dir.rglob("*")):
        inside = path.relative_to(project_dir).parts
        if path.suffix in _DBT_SUFFIXES and not _DBT_OUTPUTS & set(inside) and inside[0] != ".user.yml":
            yield path


def fingerprint(files: Iterator[Path], root: Path) -> str:
    """sha256 over names and contents, so that a checkout or a touch changes nothing."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        digest.update(f"{len(name)}:{name}{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def code_version() -> str:
    """'0.1.0+1a2b3c4d5e6f'."""
    try:
        release = version("ops-warehouse")
    except PackageNotFoundError:
        release = "0"
    python = (
        path for name in ("ingestion", "orchestration") for path in sorted((REPOSITORY / name).rglob("*.py"))
    )
    models = fingerprint(dbt_project_files(), DBT_PROJECT_DIR) if DBT_PROJECT_DIR.is_dir() else ""
    both = hashlib.sha256((models + fingerprint(python, REPOSITORY)).encode()).hexdigest()
    return f"{release}+{both[:12]}"
