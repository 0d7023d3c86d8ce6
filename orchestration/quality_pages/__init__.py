"""What Great Expectations found, for people: a static page per source and one of all under reports/quality/."""
