"""`make dev`: the Dagster UI and daemon on a port that is free."""

import argparse
import fcntl
import os
import socket
import sys
from pathlib import Path

from ingestion.errors import SourceError
from ingestion.settings import ConfigurationError, Settings
from orchestration.code_version import REPOSITORY
from orchestration.column_lineage import prepare_lineage
from orchestration.dbt_manifest import ManifestError, prepare_manifest
from orchestration.environment import prepare_environment

HOST, FIRST_PORT, PORTS_TRIED = "127.0.0.1", 3000, 50


def choose_port(wanted: int | None) -> int:
    """The wanted port, or the first free one from 3000. Raises ConfigurationError."""
    if wanted is not None:
        if not 1 <= wanted <= 65535:
            raise ConfigurationError(f"PORT={wanted}: a number from 1 to 65535")
        if not is_free(wanted):
            raise ConfigurationError(
                f"PORT={wanted} is in use: choose another one, or leave PORT out for a free one"
            )
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if is_free(port):
            return port
    raise ConfigurationError(f"no free port from {FIRST_PORT} on: give one with PORT=...")


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
    return True


def stay_alone(home: Path, address: str) -> None:
    """Make this process, and what it becomes by exec, the one Dagster of DAGSTER_HOME: two daemons would tick twice.

    Raises ConfigurationError when another one runs; the file says where it is.
    """
    descriptor = os.open(home / "dev.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        running = os.read(descriptor, 200).decode()
        os.close(descriptor)
        raise ConfigurationError(
            f"Dagster runs with {home.parent} already: open {running}, end it there, or choose another OPS_DATA_DIR"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, address.encode())
    os.set_inheritable(descriptor, True)  # held until the last process that it was handed to has ended


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m orchestration.dev", description=__doc__)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--port", type=int)
    options = parser.parse_args(arguments)
    try:
        port = choose_port(options.port)
        data_dir = prepare_environment(demo=options.demo)
        address = f"http://{HOST}:{port}"
        stay_alone(Path(os.environ["DAGSTER_HOME"]), address)
        Settings.from_environment()
        prepare_manifest()
        prepare_lineage()
    except (SourceError, ManifestError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"Dagster on {address} with {data_dir} (Ctrl-C ends it)", flush=True)
    dagster = str(Path(sys.executable).parent / "dagster")
    # In DAGSTER_HOME, where no second dagster.yaml confuses it; and without its advice to use another command.
    os.chdir(os.environ["DAGSTER_HOME"])
    os.environ["PYTHONWARNINGS"] = "ignore:Function `dev_command` is superseded"
    arguments = ["-m", "orchestration.definitions", "-d", str(REPOSITORY), "-h", HOST, "-p", str(port)]
    os.execv(dagster, [dagster, "dev", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
