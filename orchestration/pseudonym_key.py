"""OPS_PSEUDONYM_KEY: the secret by which published pseudonyms of people stay the same."""

import os

from ingestion.settings import ConfigurationError

KEY_VARIABLE = "OPS_PSEUDONYM_KEY"
SHORTEST_KEY = 16


def pseudonym_key() -> bytes:
    """UTF-8; empty when none is set. Raises ConfigurationError for one that could be guessed."""
    key = os.environ.get(KEY_VARIABLE, "")
    if key and len(key) < SHORTEST_KEY:
        raise ConfigurationError(
            f"{KEY_VARIABLE} has fewer than {SHORTEST_KEY} characters: use a long random text"
        )
    return key.encode()
