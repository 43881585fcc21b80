"""Claims of each page's own scenes, measured; a module per page."""
