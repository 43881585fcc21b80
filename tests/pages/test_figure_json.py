"""Figures as JSON: what Plotly's own encoder makes of them."""

import json

import numpy as np
import plotly.io as pio
import pytest

from pages.components.plot import figure_json

FIGURE = {
    "data": [
        {"type": "heatmap", "z": np.arange(6.0).reshape(2, 3) / 7, "zmin": np.float64(0.1)},
        {"y": [1, 2.5, None], "x": np.array(["a", "<b>", "½"]), "visible": np.bool_(True)},
        {"y": np.array([1e-300, 3], dtype=np.float32), "n": np.int64(4), "on": (1, 2)},
    ],
    "layout": {"title": {"text": "‖dL/dh‖ “NaN” / Infinity"}},
}
HOLES = np.array([1.0, np.nan, np.inf, -np.inf])


@pytest.mark.parametrize("figure", [FIGURE, {"data": [{"y": HOLES, "x": [float("nan"), 1]}]}])
def test_a_figure_is_written_as_plotly_writes_it(figure):
    assert json.loads(figure_json(figure)) == json.loads(pio.to_json(figure, validate=False))


def test_no_number_is_null():
    assert figure_json({"y": HOLES}) == '{"y":[1.0,null,null,null]}'


def test_anything_else_is_refused():
    with pytest.raises(TypeError, match="set"):
        figure_json({"data": {1, 2}})
