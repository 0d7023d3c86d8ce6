"""One folder a source family; each declares its contracts and lands its rows."""
