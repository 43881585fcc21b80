"""What the reader sees.  Scripts here are pages; figures/, components/ and ui/ serve them."""
