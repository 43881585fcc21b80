"""A `Run` -> numbers: Jacobians, losses against states, sweeps, checks."""
