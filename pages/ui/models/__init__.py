"""What one page computes and keeps, by the page's own name."""
