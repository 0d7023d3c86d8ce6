"""`make erase`: a person out of everything below the data folder but the company's own files."""
