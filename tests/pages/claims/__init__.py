"""What each page's own scenes claim, measured; a module per page."""
