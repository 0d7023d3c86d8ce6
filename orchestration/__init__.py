"""Says what runs when, and what may not pass."""
