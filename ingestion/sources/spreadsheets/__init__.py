"""Tables that people keep or download: CSV in the encodings of the region and XLSX, as sheets of text."""
