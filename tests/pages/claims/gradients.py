"""Gradients: what is left of them after 50 steps."""

from tests.pages.claims.measured import again, every_seed, left

CLAIMS = {
    "exploding": lambda w: all(left(r) > 1e3 for r in every_seed(w)),
    "default": lambda w: all(
        max(left(r), left(r, "c"), left(again(r, cell="rnn"))) < 1e-6 for r in every_seed(w)
    ),
    "orthogonal": lambda w: all(
        left(r) > 1e-2 and left(again(r, init="pytorch")) < 1e-9 for r in every_seed(w)
    ),
    "every-step": lambda w: all(
        left(r) > 0.1 and left(again(r, placement="last")) < 1e-6 for r in every_seed(w)
    ),
}
