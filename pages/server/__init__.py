"""The server round the app: only `app.py` uses it, and what runs in a browser leaves it out."""
