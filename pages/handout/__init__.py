"""Pictures that travel: one HTML file that needs no server, and figures in a reader's notebook."""
