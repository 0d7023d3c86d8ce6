"""What Dagster sees: resources, assets, checks, the job and what starts it."""
