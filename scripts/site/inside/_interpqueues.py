"""anyio asks for this when it is imported; a browser's Python has one interpreter alone."""
