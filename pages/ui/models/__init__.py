"""Computed and kept results of single pages; each module has its page's name."""
