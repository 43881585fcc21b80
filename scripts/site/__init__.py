"""The app as a folder of files for any web host: `make site`. pins.toml says what goes into it."""
