"""Gets data in: files, databases and APIs to typed raw Parquet. Never imports the orchestrator."""
