"""The unrolled graph and each step's share of a weight's gradient."""
