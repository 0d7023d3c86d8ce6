"""Did it arrive whole, and does it look as usual? One Great Expectations suite per source family."""
