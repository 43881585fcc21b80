"""Training: objective, optimisers, the trainer, comparisons, weights in files."""
