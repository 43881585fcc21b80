"""One question, one small model, one page each."""
