"""Alerts (告警): what a run leaves to worry about, told once to the places that OPS_ALERT_URLS names."""
