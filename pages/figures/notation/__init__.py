"""Notations side by side, where they disagree, and variants of a cell."""
