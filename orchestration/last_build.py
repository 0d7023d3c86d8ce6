"""What the warehouse holds and reads: views of staging name the raw files that the last whole build froze."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.freeze import WAREHOUSE

#: raw/<source>/<entity>/<file>: the data folder may have been moved since.
_NAMED_BY = 3


@dataclass(frozen=True)
class LastBuild:
    """`batches` it loaded; `files` that its views read, by source, entity and name."""

    batches: frozenset[str]
    files: frozenset[tuple[str, ...]]

    @classmethod
    def read(cls, data_dir: Path) -> "LastBuild | None":
        """Nothing at all where there is no warehouse; None where the last build did not end well as a whole, or another
        process has the warehouse open: then nobody knows.
        """
        warehouse = data_dir / WAREHOUSE
        if not warehouse.exists():
            return cls(frozenset(), frozenset())
        try:
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                builds = connection.execute("select built_at from meta.build").fetchall()
                batches = connection.execute("select batch_id from meta.batches where state = 'accepted'")
                loaded = frozenset(batch_id for (batch_id,) in batches.fetchall())
                paths = connection.execute("select path from meta.raw_files").fetchall()
        except duckdb.Error:
            return None
        if len(builds) != 1 or builds[0][0] is None:
            return None
        return cls(loaded, frozenset(Path(path).parts[-_NAMED_BY:] for (path,) in paths))

    def reads(self, raw: Path) -> bool:
        return raw.parts[-_NAMED_BY:] in self.files
