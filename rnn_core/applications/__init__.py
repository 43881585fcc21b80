"""One file per application page, and what they share: probe, decoding, scores."""
