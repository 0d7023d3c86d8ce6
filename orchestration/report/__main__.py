"""`make report`: the pages of the current publication once more, e.g. after a change of the report itself."""

import sys

import duckdb

from ingestion.errors import SourceError
from ingestion.settings import ConfigurationError, Settings
from orchestration.environment import prepare_environment
from orchestration.publication.swap import current_receipt
from orchestration.report.write import write_reports


def main(arguments: list[str]) -> int:
    try:
        prepare_environment(demo="--demo" in arguments)
        settings = Settings.from_environment()
        if current_receipt(settings.data_dir) is None:
            raise ConfigurationError(f"nothing is published in {settings.data_dir} yet: `make refresh` first")
        written = write_reports(settings)
    except (SourceError, duckdb.Error, OSError) as error:
        print(f"error: no report: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    for page in written.pages:
        print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
