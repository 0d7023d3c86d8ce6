"""The daily report (日报): one self-contained HTML page per app and day, written from the published file alone."""
