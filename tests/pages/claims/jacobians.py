"""Jacobian products: growth first, growth by the gates, and none at all."""

from rnn_core.analysis.jacobians import direct_path, pascanu
from rnn_core.experiment.run import Run
from tests.pages.claims.measured import every_seed, left, stretch


def grows_first(found: Run) -> bool:
    bound, norms = pascanu(found.stages[0].trace.top), stretch(found)
    assert bound is not None and abs(bound.radius - 0.9) < 1e-9
    return bool(bound.sigma > 1.3 and norms[1] > 1.3 and norms[-1] < 1e-2)


def grows_indirectly(found: Run) -> bool:
    path = direct_path(found.stages[0].trace.top)
    assert path is not None
    return bool(path[0].max() < 0.5 and stretch(found)[-1] > 2)


CLAIMS = {
    "radius": lambda w: all(map(grows_first, every_seed(w))),
    "indirect": lambda w: all(map(grows_indirectly, every_seed(w))),
    "sigmoid": lambda w: all(left(r) < 1e-12 for r in every_seed(w)),
}
