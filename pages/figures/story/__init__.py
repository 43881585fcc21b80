"""The five pictures of the first page."""
