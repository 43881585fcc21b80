"""The product of Jacobians over a distance: where it is measured, and its typical factor."""

import numpy as np
import pytest

from rnn_core.studies.jacobians import POINTS, distances, typical


def test_long_sequences_of_large_matrices_are_measured_at_some_distances():
    k = distances(200, 128)
    assert k[0] == 0 and k[-1] == 200 and len(k) <= POINTS + 2
    assert len(distances(200, 16)) == 201


def test_the_typical_factor_is_the_geometric_mean_of_the_units():
    assert typical(np.array([[4.0, 1.0]]))[0] == pytest.approx(2.0)
