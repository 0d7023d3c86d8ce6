"""Refresh tokens that a platform replaces at each use: kept encrypted, never lost, readable by no one else.

One file per token chain in `$OPS_DATA_DIR/secrets/` (0700, files 0600), encrypted with OPS_TOKEN_KEY
(Fernet). A new token kills the old one at the platform, so it is written ahead: `pending` on disk and
synced before its first use, `confirmed` once an answer proved it. After a crash in between, both are tried.
Only refresh tokens are kept; access tokens live in memory.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from ingestion.errors import SourceError
from ingestion.manifest import sync_folder

KEY_VARIABLE = "OPS_TOKEN_KEY"
#: Protects nothing: the tokens of the emulated APIs are printed in this repository.
DEMO_KEY = "ZGVtby1rZXktb2YtdGhlLW9wcy13YXJlaG91c2UtISE="
_NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


def token_key(is_demo: bool, environ: Mapping[str, str] | None = None) -> bytes:
    """The key of OPS_TOKEN_KEY. Raises SourceError when it is missing (and not the demo) or no Fernet key."""
    given = (os.environ if environ is None else environ).get(KEY_VARIABLE, "").strip()
    if not given and not is_demo:
        raise SourceError(
            f"{KEY_VARIABLE} is not set; rotated tokens are kept with it: make one with {_NEW_KEY}"
        )
    key = (given or DEMO_KEY).encode()
    try:
        Fernet(key)
    except ValueError:
        raise SourceError(f"{KEY_VARIABLE} is not a Fernet key; make one with {_NEW_KEY}") from None
    return key


class TokenChain:
    """The newest tokens of one authorisation. `seed` is the token that a person was given at its start.

    Another seed than the stored one means a new authorisation: the stored chain no longer counts.
    """

    def __init__(self, data_dir: Path, name: str, seed: str, key: bytes) -> None:
        self.folder = Path(data_dir) / "secrets"
        self.path = self.folder / (re.sub(r"[^A-Za-z0-9_-]", "_", name) + ".token")
        self._seed, self._fernet = seed, Fernet(key)
        self._seed_mark = hashlib.sha256(seed.encode()).hexdigest()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process exchanges a token at a time: two at once would kill each other's."""
        self._make_folder()
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def candidates(self) -> list[str]:
        """Tokens to try, the most promising first. Raises SourceError when the file cannot be decrypted."""
        state = self._read()
        tokens = [state.get("pending"), state.get("confirmed")] if state else [self._seed]
        return list(dict.fromkeys(token for token in tokens if token))

    def write_ahead(self, token: str) -> None:
        """Keep a token that was just issued, before it is used."""
        confirmed = (self._read() or {}).get("confirmed") or self._seed
        self._write({"confirmed": confirmed, "pending": token})

    def confirm(self, token: str) -> None:
        """The token works; those before it are dead."""
        self._write({"confirmed": token, "pending": None})

    def _read(self) -> dict[str, str | None] | None:
        try:
            sealed = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            state = json.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError):
            state = None
        if state is None:
            raise SourceError(
                f"secrets/{self.path.name} cannot be opened with {KEY_VARIABLE}: set the key that wrote it, "
                "or authorise the account again, set the new refresh token and delete that file"
            )
        return state if state.get("seed") == self._seed_mark else None

    def _write(self, state: dict[str, str | None]) -> None:
        self._make_folder()
        # One name for all processes (they are `locked`), so that the next one removes what a killed one left.
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._fernet.encrypt(json.dumps({**state, "seed": self._seed_mark}).encode()))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)
        sync_folder(self.folder)

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
