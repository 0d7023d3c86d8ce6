"""The company's own application database (SQLite) → raw/app_database/*."""
