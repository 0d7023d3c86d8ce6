"""App events: `inbox/app_events/**` → raw/app_events/events."""
