"""Jacobian products: singular values, eigenvalues, and their words."""
