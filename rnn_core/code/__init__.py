"""A run as code to take home: scripts that compute the very numbers of a picture again."""
