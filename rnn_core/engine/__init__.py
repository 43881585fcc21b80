"""One network, no `Experiment`: cells, their compiled kernels, traces and gradients."""
