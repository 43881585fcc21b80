"""Several charts as one figure: every chart keeps its lines, axes, title and place."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from pages.figures.beside import beside
from pages.figures.jacobians.eigenvalues import eigenvalue_figure
from pages.figures.jacobians.products import apart_figure, singular_figure
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run
from rnn_core.studies.jacobians import measure


def charts(**settings):
    done = measure(run(Experiment(**({"hidden": 4, "steps": 9} | settings))).stages[0].trace.top)
    plane = eigenvalue_figure(done.kind, done.matrices)
    return singular_figure(done), apart_figure(done), plane


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_line_is_kept_on_its_own_axes_and_legend(cell):
    parts = charts(cell=cell)
    whole = go.Figure(beside(parts, (3, 3, 2)))
    lines = list(whole.data)
    for n, part in enumerate(parts):
        suffix = "" if n == 0 else str(n + 1)
        for line in part["data"]:
            drawn = lines.pop(0)
            np.testing.assert_array_equal(drawn.y, line["y"])
            assert (drawn.xaxis, drawn.yaxis) == (f"x{suffix}", f"y{suffix}")
            assert drawn.legend == f"legend{n + 2}" and drawn.name == line["name"]
        axis = whole.layout[f"yaxis{suffix}"]
        assert axis.type == part["layout"]["yaxis"].get("type")
        assert list(axis.range) == list(part["layout"]["yaxis"]["range"])
    assert not lines and whole.layout.yaxis3.scaleanchor == "x3"


def test_titles_notes_and_thin_lines_belong_to_their_chart():
    parts = charts(cell="rnn", activation="sigmoid")
    whole = go.Figure(beside(parts, (3, 3, 2)))
    titles = [a for a in whole.layout.annotations if (a.x, a.y) == (0, 1)]
    texts = [a.text.replace("<br>", " ") for a in titles]
    assert texts == [part["layout"]["title"]["text"].replace("<br>", " ") for part in parts]
    assert [a.xref for a in titles] == ["x domain", "x2 domain", "x3 domain"]
    refs = [(s.xref, s.yref) for s in whole.layout.shapes]
    assert refs == [("x domain", "y")] * 3 + [("x2 domain", "y2")] * 3  # both zones, the line at 1
    words = [(a.xref, a.yref) for a in whole.layout.annotations if "vanishing" in a.text]
    assert words == [("x domain", "y"), ("x2 domain", "y2")]


def test_charts_never_overlap():
    figure = beside(charts(), (3, 3, 2))
    wide, narrow = figure["layout"], figure["layout"]["meta"]["narrow"]
    xs = [wide[f"xaxis{n}"]["domain"] for n in ("", "2", "3")]
    assert all(a[1] < b[0] for a, b in pairwise(xs)) and xs[-1][1] <= 1
    ys = [narrow[f"yaxis{n}"]["domain"] for n in ("", "2", "3")]
    assert all(a[0] > b[1] for a, b in pairwise(ys)) and ys[-1][0] >= 0
    legends = [narrow[f"legend{n}"]["y"] for n in (2, 3, 4)]
    for legend, above, below in zip(legends, ys, [*ys[1:], [0, -np.inf]], strict=True):
        assert below[1] < legend < above[0]
    assert {narrow[f"xaxis{n}"]["domain"][1] for n in ("", "2", "3")} == {1.0}
