"""Numbers changed by hand: what a link may say, and that everything follows."""

import numpy as np
import pytest

from rnn_core.analysis.edits import (
    MOST,
    Edit,
    apply_edits,
    current,
    may_name_weight,
    merged,
    parse_edits,
    write_edits,
)
from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import run


def test_links_are_read_and_written():
    text = "weight_hh_l0:0:1=0.5;bias_ih_l0:3=-1;x:2:0=1;decoder.weight_ih_l1_reverse:7:2=12.25"
    edits = parse_edits(text)
    assert edits[0] == Edit("weight_hh_l0", (0, 1), 0.5)
    assert edits[1] == Edit("bias_ih_l0", (3,), -1.0)
    assert write_edits(edits) == text
    assert parse_edits("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x:1",
        "x:1:2=",
        "x:1:2=nan",
        "x:1:2=1e3",
        "x:1:2=999",
        "x:-1:0=1",
        "X:0:0=1",
        "x:0:0=1;",
        "x:0:0:0=1",
        "weight:0:0=0.00001",
        "__class__:0=1",
        "x:0:0=1 ",
        "x:٣:0=1",
        ";".join(f"x:{k}:0=1" for k in range(MOST + 1)),
    ],
)
def test_anything_else_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"Write changes|Values go|At most"):
        parse_edits(text)


def test_the_last_word_on_a_place_counts():
    assert merged(parse_edits("x:0:0=1;x:1:0=2;x:0:0=3")) == parse_edits("x:0:0=3;x:1:0=2")


@pytest.mark.parametrize(
    "wish",
    [
        Experiment(steps=6, hidden=3),
        Experiment(steps=6, hidden=3, cell="gru", layers=2, direction="bidirectional"),
        Experiment(steps=6, hidden=3, wiring="one-to-many-fed"),
    ],
    ids=lambda e: e.wiring,
)
def test_everything_follows_a_change(wish):
    done = run(wish)
    name = "weight_hh_l0"
    made, lost = apply_edits(done, (Edit(name, (0, 1), 0.75), Edit("x", (0, 0), 0.5)))
    assert lost == ()
    assert current(made, name, (0, 1)) == 0.75 and current(made, "x", (0, 0)) == 0.5
    assert done.stages[0].network.weights[name][0, 1] != 0.75
    assert made.loss != done.loss and made.changed == f"{name}:0:1=0.75;x:0:0=0.5"
    assert made.stages[0].trace.layers[0].x[0, 0, 0] == 0.5
    assert gradient_check(made).ok
    others = made.stages[0].network.weights[name] == done.stages[0].network.weights[name]
    assert np.count_nonzero(~others) == 1


def test_encoder_and_decoder_are_told_apart():
    done = run(Experiment(steps=6, hidden=3, wiring="encoder-decoder"))
    made, lost = apply_edits(done, parse_edits("decoder.bias_ih_l0:0=2;bias_ih_l0:0=3"))
    assert [e.name for e in lost] == ["bias_ih_l0"]
    assert made.stages[1].network.weights["bias_ih_l0"][0] == 2
    assert made.stages[0].network.weights["bias_ih_l0"][0] != 2


def test_what_has_no_place_changes_nothing_and_is_named():
    done = run(Experiment(steps=6, hidden=3))
    edits = parse_edits("weight_hh_l0:0:9=1;weight_hh_l0:2=1;weight_ph_l0:0:0=1;x:9:0=1")
    made, lost = apply_edits(done, edits)
    assert made is done and lost == edits


def test_names_of_weights_are_read_strictly():
    done = run(Experiment(steps=5, hidden=2, lstm="peephole", layers=2, direction="bidirectional"))
    for name in ("", "none", *done.stages[0].network.weights, "decoder.readout.bias"):
        assert may_name_weight(name)
    for text in ("x", "weight_hh", "weight_hh_l0:1", "bias_ph_l0", "readout", "<b>", "l0" * 200):
        with pytest.raises(ValueError, match="Write a weight's name"):
            may_name_weight(text)
