"""The app's pages: one script each; figures/, components/, ui/ and other folders serve them."""
