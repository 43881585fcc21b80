"""A table of settings -> a `Run`: inputs, networks, traces, gradients."""
