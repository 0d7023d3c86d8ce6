"""Rotated refresh tokens: encrypted, private, never lost between two writes."""

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ingestion.errors import SourceError
from ingestion.secrets_store import DEMO_KEY, TokenChain, token_key

KEY = Fernet.generate_key()


def chain(tmp_path: Path, seed: str = "canary-seed", key: bytes = KEY) -> TokenChain:
    return TokenChain(tmp_path, "ocean_engine-OCEAN/../TOKEN", seed, key)


def test_a_new_chain_starts_with_the_given_token(tmp_path: Path) -> None:
    assert chain(tmp_path).candidates() == ["canary-seed"]


def test_the_pending_token_comes_first_and_the_one_before_stays_until_it_is_confirmed(tmp_path: Path) -> None:
    chain(tmp_path).write_ahead("second")
    assert chain(tmp_path).candidates() == ["second", "canary-seed"]
    chain(tmp_path).confirm("second")
    assert chain(tmp_path).candidates() == ["second"]
    chain(tmp_path).write_ahead("third")
    assert chain(tmp_path).candidates() == ["third", "second"]


def test_a_new_authorisation_replaces_the_chain(tmp_path: Path) -> None:
    chain(tmp_path).confirm("second")
    assert chain(tmp_path, seed="authorised again").candidates() == ["authorised again"]


def test_files_are_private_encrypted_and_inside_the_folder(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with chain(tmp_path).locked():
            chain(tmp_path).write_ahead("canary-token")
    finally:
        os.umask(before)
    folder = tmp_path / "secrets"
    files = list(folder.iterdir())
    assert len(files) == 2  # the chain and the lock
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"canary" not in path.read_bytes()
    assert [path for path in tmp_path.rglob("*") if "canary" in path.name] == []


def test_another_key_is_a_clear_error_and_destroys_nothing(tmp_path: Path) -> None:
    chain(tmp_path).confirm("second")
    with pytest.raises(SourceError, match="cannot be opened with OPS_TOKEN_KEY"):
        chain(tmp_path, key=Fernet.generate_key()).candidates()
    assert chain(tmp_path).candidates() == ["second"]


def test_the_key_comes_from_the_environment_and_only_the_demo_has_its_own() -> None:
    assert token_key(False, {"OPS_TOKEN_KEY": KEY.decode()}) == KEY
    assert token_key(True, {}) == DEMO_KEY.encode()
    with pytest.raises(SourceError, match="OPS_TOKEN_KEY is not set"):
        token_key(False, {})
    with pytest.raises(SourceError, match="OPS_TOKEN_KEY is not a Fernet key") as error:
        token_key(True, {"OPS_TOKEN_KEY": "canary password"})
    assert "canary" not in str(error.value)
