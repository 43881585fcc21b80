"""One small drawing per wiring, its gradient profile, its table."""
