"""The unrolled graph's payload says what the engine's records say, and nothing else."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pages.components.unrolled import pack
from pages.figures.numbers import norm, size
from pages.figures.theme import number
from pages.figures.unrolled.graph import (
    origin,
    own_parts,
    step_numbers,
    unrolled_graph,
    unrolled_rows,
)
from pages.figures.unrolled.weight_shares import readout_shares, weights_of
from rnn_core import CELLS, Experiment, run
from rnn_core.analysis.edits import may_name_weight
from rnn_core.notation.notation import NOTATIONS

WIRINGS = (
    "many-to-many",
    "many-to-one",
    "one-to-many-fed",
    "one-to-many-first",
    "encoder-decoder",
    "one-to-one",
)


def graph(experiment, **settings):
    done = run(experiment)
    return done, unrolled_graph(done.stages, done.sequence, selected=0, **settings)


@pytest.fixture(params=CELLS)
def experiment(request):
    return Experiment(cell=request.param, steps=9, hidden=5, placement="every", initial="random")


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("layers", [1, 3])
def test_every_number_is_the_engines(experiment, direction, layers):
    done, payload = graph(replace(experiment, direction=direction, layers=layers))
    stage, drawn = done.stages[0], payload["stages"][0]
    assert len(drawn["layers"]) == len(stage.trace.layers)
    for layer, gradient, shown in zip(
        stage.trace.layers, stage.gradient.layers, drawn["layers"], strict=True
    ):
        assert shown["reverse"] == layer.reverse and shown["layer"] == layer.layer
        assert set(shown["states"]) == set(layer.states)
        for name, numbers in shown["states"].items():
            root = np.sqrt(layer.states[name].shape[2])
            expected = {
                "rms": np.linalg.norm(layer.states[name][0], axis=-1) / root,
                "total": np.linalg.norm(gradient.states[name][0], axis=-1),
                "from_output": np.linalg.norm(gradient.from_output[name][0], axis=-1),
                "from_next": np.linalg.norm(gradient.from_next[name][0], axis=-1),
            }
            for quantity, values in expected.items():
                np.testing.assert_allclose(numbers[quantity], values, rtol=1e-12, err_msg=quantity)
    np.testing.assert_allclose(drawn["outputs"]["loss"], stage.loss[0])
    np.testing.assert_allclose(
        drawn["outputs"]["gradient"], np.linalg.norm(stage.gradient.logits[0], axis=-1)
    )


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
def test_input_gradient_is_the_sum_of_both_directions(experiment, direction):
    done, payload = graph(replace(experiment, direction=direction))
    whole = sum(g.x[0] for g in done.stages[0].gradient.layers)
    np.testing.assert_allclose(
        payload["stages"][0]["input_gradient"], np.linalg.norm(whole, axis=-1)
    )


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("source", ["text", "sine"])
def test_every_wiring_makes_plain_json(experiment, wiring, source):
    done, payload = graph(replace(experiment, wiring=wiring, source=source))
    assert payload["steps"] == sum(s["steps"] for s in payload["stages"])
    for stage, drawn in zip(done.stages, payload["stages"], strict=True):
        assert len(drawn["inputs"]["text"]) == len(drawn["outputs"]["text"]) == drawn["steps"]
        assert [v is not None for v in drawn["outputs"]["loss"]] == list(stage.counted[0])
    message = json.loads(pack(payload, selected=0, lit="", first_lit="none"))
    assert message["graph"] == json.loads(json.dumps(payload))


def test_symbols_are_the_readers_own():
    done, payload = graph(Experiment(text="hello", steps=5, placement="every"))
    drawn = payload["stages"][0]
    assert "".join(drawn["inputs"]["text"]) == "hello"
    assert "".join(drawn["outputs"]["target_text"]) == "elloh"
    top = [done.sequence.output_labels[k] for k in done.stages[0].trace.outputs[0].argmax(-1)]
    assert drawn["outputs"]["text"] == top


def test_what_is_fed_back_is_not_called_the_readers_input():
    _, payload = graph(Experiment(wiring="one-to-many-fed", steps=5))
    drawn = payload["stages"][0]
    assert drawn["fed"] and drawn["inputs"]["text"][0] == "h"
    assert all(text.startswith("~") for text in drawn["inputs"]["text"][1:])
    _, payload = graph(Experiment(wiring="one-to-many-first", steps=5))
    assert payload["stages"][0]["inputs"]["text"] == ["h", "·", "·", "·", "·"]


@pytest.mark.parametrize("layers", [1, 2])
def test_the_hand_over_carries_one_gradient(experiment, layers):
    """The gradient at the decoder's first state arrives at the encoder's last, layer by layer."""
    _, payload = graph(replace(experiment, wiring="encoder-decoder", layers=layers))
    encoder, decoder = payload["stages"]
    assert (encoder["name"], decoder["name"], decoder["offset"]) == ("encoder", "decoder", 5)
    assert encoder["outputs"]["text"] == [None] * 5
    for first, second in zip(encoder["layers"], decoder["layers"], strict=True):
        for name in first["states"]:
            arrives = first["states"][name]["from_next"][-1]
            assert arrives == pytest.approx(second["states"][name]["from_next"][0], rel=1e-12)
            assert first["states"][name]["rms"][-1] == second["states"][name]["rms"][0]


def test_truncation_shows_as_exact_zeros():
    _, payload = graph(Experiment(steps=8, window=4))
    assert payload["stages"][0]["layers"][0]["states"]["h"]["from_next"][4] == 0


def test_overflow_is_a_word():
    done = run(Experiment(cell="rnn", activation="relu", steps=5))
    stage = done.stages[0]
    layer = stage.trace.layers[0]
    states = {"h": layer.states["h"].copy()}
    states["h"][0, 2, 0], states["h"][0, 3, 0] = np.inf, np.nan
    broken = replace(stage.trace, layers=(replace(layer, states=states),))
    payload = unrolled_graph([replace(stage, trace=broken)], done.sequence, selected=0)
    rms = payload["stages"][0]["layers"][0]["states"]["h"]["rms"]
    assert rms[2:4] == ["inf", "nan"]
    assert b"Infinity" not in pack(payload, selected=0, lit="", first_lit="none")


def test_squares_of_huge_and_tiny_numbers_neither_overflow_nor_vanish():
    done = run(Experiment(cell="rnn", steps=5))
    stage = done.stages[0]
    layer = stage.trace.layers[0]
    H = layer.states["h"].shape[2]
    states = {"h": np.full_like(layer.states["h"], 1e300)}
    states["h"][0, 1] = 1e-300
    broken = replace(stage.trace, layers=(replace(layer, states=states),))
    rows = unrolled_graph([replace(stage, trace=broken)], done.sequence, selected=0)
    rms = rows["stages"][0]["layers"][0]["states"]["h"]["rms"]
    np.testing.assert_allclose(rms[:2], [1e300, 1e-300])
    assert H == 16


def test_one_unit_instead_of_all(experiment):
    done, payload = graph(experiment, unit=3)
    state = payload["stages"][0]["layers"][0]["states"]["h"]
    assert state["unit"] == done.stages[0].trace.layers[0].states["h"][0, :, 3].tolist()
    assert payload["fill"]["h"]["low"] == -1 and "unit 4" in payload["fill"]["h"]["label"]


def test_colours_of_states_do_not_follow_the_data(experiment):
    _, small = graph(replace(experiment, scale=0.1))
    _, large = graph(replace(experiment, scale=4.0))
    assert small["fill"] == large["fill"]


def test_arrows_are_scaled_to_the_run_and_its_range_is_written(experiment):
    e = replace(experiment, cell="rnn", placement="last")
    for scale in (0.1, 1.0, 4.0):
        done, payload = graph(replace(e, scale=scale))
        gradient = done.stages[0].gradient.layers[0]
        ends = [gradient.norms("h", part) for part in ("from_output", "from_next")]
        norms = np.concatenate(ends)
        norms = norms[norms > 0]
        low, high = payload["gradient"]["floor"], payload["gradient"]["ceiling"]
        assert low <= norms.min() and norms.max() <= high
        assert low > norms.min() / 11 or high / low == pytest.approx(100)
        assert high < norms.max() * 11
        assert f"{low:g} to {high:g}" in payload["legend"]


def test_a_gradient_that_holds_is_not_drawn_as_one_that_falls(experiment):
    _, payload = graph(replace(experiment, cell="rnn", init="orthogonal", placement="last"))
    assert payload["gradient"]["ceiling"] / payload["gradient"]["floor"] >= 99


def test_the_heading_says_how_much_of_the_gradient_is_left(experiment):
    done, payload = graph(replace(experiment, placement="last", steps=20))
    norms = done.stages[0].gradient.top.norms("h")
    assert f"shrinks {number(norms[-1] / norms[0])} times" in payload["conclusion"]
    done, payload = graph(Experiment(cell="rnn", init="gaussian", gain=3.0, steps=20, hidden=32))
    norms = done.stages[0].gradient.top.norms("h")
    assert f"grows {number(norms[0] / norms[-1])} times" in payload["conclusion"]


def test_the_heading_names_a_symbol_that_is_answered_twice_differently():
    texts = (Experiment(cell=c, text="abab", steps=8, placement="every", seed=s)
             for c in CELLS for s in range(5))  # fmt: skip
    found = 0
    for e in texts:
        done, payload = graph(e)
        outputs = done.stages[0].trace.outputs[0].argmax(axis=1)
        read = done.sequence.labels
        twice = any(a == b and outputs[s] != outputs[t] for s, a in enumerate(read)
                    for t, b in enumerate(read))  # fmt: skip
        assert ("is answered by" in payload["conclusion"]) == twice
        found += twice
    assert found > 0


def test_a_space_that_is_read_or_foretold_can_be_seen():
    _, payload = graph(Experiment(text="a b ", steps=4, placement="every"))
    stage = payload["stages"][0]
    assert " " not in {*stage["inputs"]["text"], *stage["outputs"]["text"]}
    assert "␣" in stage["inputs"]["text"]


def test_step_numbers_are_those_of_the_picture(experiment):
    done, payload = graph(replace(experiment, direction="bidirectional"))
    for layer, reverse in enumerate((False, True)):
        for step in range(9):
            found = step_numbers(done, step, layer)
            b = step if reverse else step + 1
            assert found["boundary"] == b
            drawn = payload["stages"][0]["layers"][layer]["states"]
            for name, numbers in found["states"].items():
                for quantity in ("rms", "total", "from_output", "from_next"):
                    assert numbers[quantity] == drawn[name][quantity][b]
            assert found["loss"] == pytest.approx(done.stages[0].loss[0, step])
            assert found["symbol"] == done.sequence.labels[step]
            names, chances = zip(*found["outputs"], strict=True)
            assert list(chances) == sorted(chances, reverse=True)
            assert sum(chances) == pytest.approx(1) and names[0] in done.sequence.output_labels


def test_gradient_parts_add_up_as_vectors(experiment):
    """The page says "from the output plus from the next step": true of vectors, not of norms."""
    done, _ = graph(experiment)
    for g in done.stages[0].gradient.layers:
        for name in g.states:
            np.testing.assert_allclose(
                g.from_output[name] + g.from_next[name], g.states[name], atol=1e-14
            )


def test_step_numbers_count_through_both_stages():
    done = run(Experiment(wiring="encoder-decoder", steps=9))
    assert step_numbers(done, 4, 0)["stage"] == "encoder"
    assert step_numbers(done, 4, 0)["loss"] is None and step_numbers(done, 4, 0)["outputs"] == []
    assert step_numbers(done, 5, 0)["stage"] == "decoder"
    with pytest.raises(IndexError, match="expected 0 to 8"):
        step_numbers(done, 9, 0)


def test_rows_are_long_form_and_complete(experiment):
    done = run(replace(experiment, direction="bidirectional"))
    rows = unrolled_rows(done.stages, done.sequence)
    assert {len(column) for column in rows.values()} == {len(rows["step"])}
    states = len(done.stages[0].trace.layers[0].states)
    weights = 2 * 4 + 2  # input and recurrent with biases of both directions, and the readout
    assert len(rows["step"]) == 2 * states * 4 * 10 + 9 + 9 + weights * 2 * 9
    at = [
        (step, symbol)
        for step, symbol, layer, quantity in zip(
            rows["step"], rows["symbol"], rows["layer"], rows["quantity"], strict=True
        )
        if layer == "layer 1, reverse" and quantity == "‖dL/dhₜ‖"
    ]
    assert at[0] == (1, done.sequence.labels[0]) and at[-1] == (10, "")


def test_selected_step_stays_inside():
    done = run(Experiment(steps=5))
    for asked, kept in ((-3, 0), (2, 2), (99, 4)):
        payload = unrolled_graph(done.stages, done.sequence, selected=asked)
        assert payload["selected"] == kept


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("layers", [1, 3])
def test_shares_of_a_weight_add_up_to_its_gradient(experiment, direction, layers):
    done = run(replace(experiment, direction=direction, layers=layers))
    (stage,) = done.stages
    found = {w["name"]: w for w in weights_of(stage)}
    assert set(found) == set(stage.gradient.weights)
    for name, weight in found.items():
        whole = np.linalg.norm(stage.gradient.weights[name])
        assert weight["total"] == pytest.approx(whole, rel=1e-9)
        assert tuple(weight["shape"]) == stage.gradient.weights[name].shape
        last = 8 if "reverse" in name else 0  # the step that BPTT comes to last
        if not (name.startswith("readout") and direction == "reverse"):
            assert weight["sum"][last] == weight["total"]
            assert weight["sum"][8 - last] == weight["share"][8 - last]


def test_each_share_is_the_engines(experiment):
    done = run(experiment)
    gradient = done.stages[0].gradient.layers[0]
    found = {w["kind"]: w for w in weights_of(done.stages[0])}
    loop, out, bias = found["loop"], found["out"], found["bias_loop"]
    shares = gradient.share("weight_hh")
    np.testing.assert_allclose(loop["share"], np.linalg.norm(shares, axis=(1, 2)))
    late = shares[4:].sum(0)
    assert loop["sum"][4] == pytest.approx(np.linalg.norm(late))
    assert loop["share"][0] > 0  # the initial state is not zero here
    assert (loop["layer"], out["layer"]) == (0, None)
    np.testing.assert_allclose(bias["share"], np.linalg.norm(gradient.share("bias_hh"), axis=1))
    np.testing.assert_allclose(
        found["bias_out"]["share"], np.linalg.norm(done.stages[0].gradient.logits[0], axis=1)
    )


def test_peepholes_have_shares_and_weights_a_name_for_the_link():
    done, payload = graph(Experiment(lstm="peephole", steps=6, hidden=3, wiring="encoder-decoder"))
    for stage, drawn in zip(done.stages, payload["stages"], strict=True):
        found = {w["id"]: w for w in drawn["weights"]}
        assert set(found) == {f"{stage.name}.{n}" for n in stage.gradient.weights}
        assert all(may_name_weight(name) for name in found)
        peep = found[f"{stage.name}.weight_ph_l0"]
        whole = np.linalg.norm(stage.gradient.weights["weight_ph_l0"])
        assert peep["total"] == pytest.approx(whole) and peep["stacked"] == "3 gates stacked"


@pytest.mark.parametrize("wiring", WIRINGS)
def test_shares_add_up_in_every_wiring(experiment, wiring):
    """Where outputs are fed back, a logit's gradient has two sources; both are in the sum."""
    for stage in run(replace(experiment, wiring=wiring)).stages:
        assert bool(stage.network.output_size) == (stage.name != "encoder")
        if stage.network.output_size:
            whole = stage.gradient.weights["readout.weight"]
            np.testing.assert_allclose(readout_shares(stage).sum(0), whole, atol=1e-14)


def test_weights_are_worked_out_once_for_a_stage(experiment):
    (stage,) = run(experiment).stages
    assert weights_of(stage) is weights_of(stage)


def test_both_sources_share_the_whole_gradient(experiment):
    done = run(replace(experiment, layers=2))
    for g in done.stages[0].gradient.layers:
        for b in range(1, 10):
            total, next_ = g.states["h"][0, b], g.from_next["h"][0, b]
            later = float(next_ @ total / (total @ total))
            assert own_parts(g, "h")[b] + later == pytest.approx(1)
    assert own_parts(done.stages[0].gradient.layers[-1], "h")[9] == pytest.approx(1)


def test_where_a_gradient_comes_from_is_said():
    said = [origin(step_numbers(run(Experiment(steps=6)), step, 0)) for step in (0, 5)]
    assert said == [
        "All of it comes from **later steps**.",
        "All of it comes from this step's output.",
    ]
    quiet = run(Experiment(steps=6, placement="chosen", chosen="2"))
    assert "no loss depends on it" in origin(step_numbers(quiet, 5, 0))
    both = {"own": 0.25, "total": 1.0}
    assert origin({"states": {"h": both}, "above": "the layer above"}) == (
        "25 % of it comes from the layer above, 75 % from **later steps**."
    )


@pytest.mark.parametrize("notation", NOTATIONS)
def test_letters_follow_the_notation(experiment, notation):
    done, payload = graph(experiment, notation=notation)
    letters = NOTATIONS[notation].of(done.stages[0].network.cell)
    assert payload["letters"]["h"]["at"][3] == letters.symbol("h", "3").text
    assert letters.symbol("h").text in payload["gradient"]["label"]
    symbols = {w["kind"]: w["symbol"] for w in payload["stages"][0]["weights"]}
    assert all(symbol[0] for symbol in symbols.values()) and len(set(symbols.values())) == 6
    if notation == "house":
        matrices = {"in": ("W", "ih"), "loop": ("W", "hh"), "out": ("W", "hy")}
        biases = {"bias_in": ("b", "ih"), "bias_loop": ("b", "hh"), "bias_out": ("b", "y")}
        assert symbols == matrices | biases


@pytest.mark.parametrize("notation", NOTATIONS)
def test_the_download_follows_the_notation(experiment, notation):
    done = run(experiment)
    letters = NOTATIONS[notation].of(done.stages[0].network.cell)
    rows = unrolled_rows(done.stages, done.sequence, unit=1, notation=notation)
    h, slope = letters.symbol("h").text, letters.gradient("h")
    expected = {f"‖{h}‖/√H", f"‖{slope}‖", f"‖{slope}‖ from output", f"{h}, unit 2"}
    assert expected | {f"‖{letters.gradient('x')}‖", "loss"} <= set(rows["quantity"])
    at = [k for k, quantity in enumerate(rows["quantity"]) if quantity == f"‖{slope}‖"]
    found = np.linalg.norm(done.stages[0].gradient.layers[0].states["h"][0], axis=1)
    np.testing.assert_allclose([rows["value"][k] for k in at], found)


def test_the_loss_is_the_runs(experiment):
    for wiring in WIRINGS:
        done, payload = graph(replace(experiment, wiring=wiring))
        assert payload["loss"] == pytest.approx(done.loss)


def test_norms_of_any_size():
    for scale in (1e-200, 1.0, 1e200):
        values = scale * np.array([[3.0, 4.0]])
        assert norm(values)[0] == pytest.approx(5 * scale) == size(values)
    assert size(np.array([[np.inf, 1.0]])) == np.inf
    assert size(np.zeros((2, 0))) == 0
