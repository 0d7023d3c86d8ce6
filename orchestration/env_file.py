"""The settings file `.env`, read in one way by `make` and by the programs. Imports nothing that has to be installed.

`python -I orchestration/env_file.py OPS_DATA_DIR` prints a value of the `.env` in the working folder.
"""

import sys
from pathlib import Path


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines, `export` before them and a pair of quotes around the value removed; {} when there is no file.

    The whole rest of a line is the value: a secret may have a #.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in map(str.strip, lines) if line and not line.startswith("#"))
    return {
        name.removeprefix("export ").strip(): _unquoted(value.strip())
        for name, equals, value in pairs
        if equals
    }


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"" else value


if __name__ == "__main__":
    print(read_env_file(Path(".env")).get(sys.argv[1], ""))
