"""Heatmaps of gates and states, and the order of their units."""
