"""A person taken out of what was landed, and kept out: docs/decisions/0015-erasure.md."""
