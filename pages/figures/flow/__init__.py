"""The gradient-flow bench and the phase map."""
