"""Clipping: a ceiling, and never a floor."""

from rnn_core.experiment.run import Run
from tests.pages.claims.measured import again, every_seed, left


def to_the_threshold(found: Run) -> bool:
    clipped, plain = found.clipped, again(found, clip="off")
    assert left(found) == left(plain) > 1e3
    assert clipped.norm_before > 1e3 and clipped.angle_degrees < 1e-6
    return abs(clipped.norm_after - found.experiment.threshold) < 1e-4


CLAIMS = {
    "explosion": lambda w: all(map(to_the_threshold, every_seed(w))),
    "by-value": lambda w: all(
        r.clipped.angle_degrees > 40 and again(r, clip="norm").clipped.angle_degrees < 1e-6
        for r in every_seed(w)
    ),
    "vanishing": lambda w: all(
        r.clipped.norm_after <= r.clipped.norm_before
        and left(r) < 1e-6
        and left(r) == left(again(r, clip="off"))
        for r in every_seed(w)
    ),
}
