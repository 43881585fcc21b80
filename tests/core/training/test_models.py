"""Every shipped network is what its card says: read back, scored again, compared with baselines."""

import hashlib
import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import plotly.data
import pytest

from rnn_core.applications.scores import APPLICATIONS, finding, translate
from rnn_core.engine.cells import CELLS
from rnn_core.engine.network import Network
from rnn_core.tasks import captions, characters, entities, sentences, sentiment, translation
from rnn_core.tasks.series import Prices
from rnn_core.training.models import Card, Model, load, names, save
from scripts.models import RECIPES, train

FOLDER = Path(__file__).parents[3] / "assets" / "models"
ASSETS_MAY_HAVE = 10_000_000  # bytes
# Sums in another order (another BLAS) may turn a handful of answers that are nearly even.
CLOSE = 0.003
OTHER_PYTHON = 0.15  # nats per character: another version's source is another text


def prices():
    table = plotly.data.stocks()
    return Prices.of({name: table[name].tolist() for name in table.columns if name != "date"})


def data_for(model):
    """Data that a card's scores need besides the card; the plays only where PLAYS names them."""
    application = model.card.application
    if application == "prices":
        return prices()
    if application == "python":
        return characters.python_text()
    if application == "characters" and os.environ.get("PLAYS"):
        return Path(os.environ["PLAYS"]).read_text(encoding="utf-8")
    return None


@pytest.fixture(scope="module")
def measured():
    """Model and report by name, each made once."""
    made = {}

    def look(name):
        if name not in made:
            model = load(FOLDER, name)
            made[name] = model, APPLICATIONS[model.card.application].measure(model, data_for(model))
        return made[name]

    return look


def test_every_recipe_has_its_network_and_every_network_its_recipe():
    assert set(names(FOLDER)) == set(RECIPES)
    assert {path.stem for path in FOLDER.glob("*.npz")} == set(RECIPES)


def test_all_assets_together_stay_small():
    sizes = [path.stat().st_size for path in FOLDER.parent.rglob("*") if path.is_file()]
    assert sum(sizes) < ASSETS_MAY_HAVE


@pytest.mark.parametrize("name", RECIPES)
def test_a_card_is_complete_and_speaks_of_this_network(name):
    model, recipe = load(FOLDER, name), RECIPES[name]
    card = model.card
    assert card.name == name and card.application in APPLICATIONS
    assert card.parameters == sum(w.size for n in model.networks for w in n.weights.values())
    assert card.updates > 0 and card.batch > 0 and np.isfinite(card.loss)
    assert card.command.startswith(f"make models MODELS={name}")
    assert (card.title, card.data, card.beats) == (recipe.title, recipe.data, recipe.beats)
    settings = {"hidden", "updates", "cell"} & set(recipe.training)
    assert {s: getattr(card, s) for s in settings} == {s: recipe.training[s] for s in settings}
    assert len(card.outputs) == model.network.output_size
    assert len(card.inputs) == model.networks[0].input_size
    assert all(w.dtype == np.float64 for n in model.networks for w in n.weights.values())


@pytest.mark.parametrize("name", RECIPES)
def test_a_network_scores_what_its_card_says(name, measured):
    model, report = measured(name)
    card = model.card
    tolerance = CLOSE
    if card.application == "python" and card.about["sha256 of the text"] != digest():
        tolerance = OTHER_PYTHON
    for stated, found in ((card.scores, report.scores), (card.baselines, report.baselines)):
        assert set(found) <= set(stated)
        for score, value in found.items():
            assert value == pytest.approx(stated[score], abs=tolerance), score
    if set(report.scores) == set(card.scores):
        assert report.loss == pytest.approx(card.loss, abs=tolerance)


def digest():
    return hashlib.sha256(characters.python_text().encode()).hexdigest()


@pytest.mark.parametrize("name", RECIPES)
def test_a_network_beats_its_baseline_by_the_margin_on_its_card(name, measured):
    model, report = measured(name)
    application = APPLICATIONS[model.card.application]
    for score, (baseline, margin) in model.card.beats.items():
        if score in report.scores:
            assert application.beats(report.scores[score], report.baselines[baseline], margin)


@pytest.mark.parametrize("application", sorted(set(APPLICATIONS) - {"prices"}))
def test_every_application_but_prices_has_a_network_that_beats_its_baseline(application):
    cards = [load(FOLDER, name).card for name in RECIPES]
    margins = [
        margin for c in cards if c.application == application for _, margin in c.beats.values()
    ]
    assert max(margins) > 0


# -- what the cards claim, application by application --------------------------------------------


def test_prices_do_not_beat_the_naive_forecast_and_the_card_says_so(measured):
    model, report = measured("prices")
    (error,), (naive,) = report.scores.values(), report.baselines.values()
    assert error >= naive
    assert not model.card.beats and "no better than" in finding(model.card)


def test_both_directions_decide_what_forward_can_only_guess(measured):
    both, forward = (measured(f"entities-{which}")[1].scores for which in ("both", "forward"))
    for score in ("names decided later, held-out", "names decided later, unseen pairs"):
        assert both[score] > 0.95 and forward[score] < 0.45


def test_a_narrow_encoder_is_a_bottleneck_that_grows_with_length(measured):
    narrow, wide = (measured(f"translation-{units}")[1].scores for units in (16, 96))
    lengths = [f"{digits} digits" for digits in (3, 4, 5, 6)]
    assert all(narrow[a] > narrow[b] for a, b in pairwise(lengths))
    assert all(wide[a] > 0.95 for a in lengths)


def test_the_gated_cells_carry_the_clue_where_the_plain_rnn_has_lost_it(measured):
    plain, gru, lstm = (measured(f"sentences-{cell}")[1].scores for cell in ("rnn", "gru", "lstm"))
    assert plain["gap 30"] < 0.7 < 0.95 < min(gru["gap 30"], lstm["gap 30"])


def test_a_shuffled_time_axis_costs_the_network_and_not_the_bag(measured):
    _, report = measured("sentiment")
    held_out, mixed = "held-out sentences", "time axis shuffled"
    bag = {name: report.baselines[f"bag of words, {name}"] for name in (mixed, held_out)}
    assert bag[mixed] == bag[held_out]
    assert report.scores[mixed] < report.scores[held_out] - 0.2


def test_the_three_cells_of_the_character_model_were_trained_alike():
    cards = [load(FOLDER, f"characters-{cell}").card for cell in CELLS]
    assert [c.cell for c in cards] == list(CELLS)
    alike = {(c.hidden, c.updates, c.batch, c.rate, c.seed, c.inputs, c.data) for c in cards}
    assert len(alike) == 1 and len({json.dumps(c.settings) for c in cards}) == 1


def test_no_sonnet_is_part_of_the_plays():
    if not os.environ.get("PLAYS"):
        pytest.skip("PLAYS=plays.txt names the text that is not part of the project")
    plays = Path(os.environ["PLAYS"]).read_text(encoding="utf-8")
    assert not any(line in plays for line in characters.SONNETS.splitlines() if len(line) > 20)


def test_vocabularies_are_still_those_the_networks_learnt():
    """A word added in the middle of a grammar would shift every row of a shipped network."""
    expected = {
        "sentiment": (sentiment.VOCABULARY.words, sentiment.LABELS),
        "entities-both": (entities.VOCABULARY.words, entities.TAGS),
        "translation-96": (translation.SOURCE.words, translation.TARGET.words),
        "sentences-lstm": (sentences.VOCABULARY.words, sentences.ANSWERS.words),
    }
    for name, words in expected.items():
        card = load(FOLDER, name).card
        assert (card.inputs, card.outputs) == words
    assert load(FOLDER, "captions").card.outputs == captions.WORDS.words


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("the film was good", 1),
        ("the film was not good", 0),
        ("although the film was good , the ending was dull", 0),
        ("the film was dull but the ending was brilliant", 1),
        ("nobody said that the film was boring", 1),
    ],
)
def test_the_sentiment_network_reads_a_typed_sentence(text, label):
    network = load(FOLDER, "sentiment").network
    codes = sentiment.VOCABULARY.codes(sentiment.split_words(text)[0])
    assert network.forward(np.eye(network.input_size)[codes][None]).outputs[0, -1].argmax() == label


def test_the_wide_translator_writes_french():
    written = translate(load(FOLDER, "translation-96").networks, [981, 80, 200_000])
    assert written == [translation.french(n) for n in (981, 80, 200_000)]


def test_the_command_on_a_card_makes_the_network_again():
    shipped = load(FOLDER, "prices")
    again = train("prices", RECIPES["prices"], prices())
    assert again.card.scores == pytest.approx(shipped.card.scores, rel=1e-3)
    for name, weight in again.network.weights.items():
        assert weight == pytest.approx(shipped.network.weights[name], abs=1e-2)


# -- files ---------------------------------------------------------------------------------------


def small(name="small", networks=None):
    networks = networks or (Network.create(CELLS["gru"](), 3, 4, 2, seed=1),)
    card = Card(
        name=name,
        application="sentiment",
        title="t",
        data="d",
        cell="gru",
        hidden=4,
        parameters=1,
        updates=1,
        batch=1,
        rate=0.1,
        seed=0,
        loss=0.5,
        command="make models",
        inputs=("a", "b", "c"),
        outputs=("x", "y"),
        beats={"s": ("b", 0.1)},
    )
    return Model(card, networks, {"pairs": np.eye(2)})


def test_a_model_goes_out_and_comes_back(tmp_path):
    encoder = Network.create(CELLS["gru"](), 3, 4, 0, seed=1)
    for model in (small(), small("two", (encoder, *small().networks))):
        save(tmp_path, model)
        again = load(tmp_path, model.card.name)
        assert again.card == model.card
        assert np.array_equal(again.extras["pairs"], np.eye(2))
        for mine, read in zip(model.networks, again.networks, strict=True):
            assert list(mine.weights) == list(read.weights)
            for weight in mine.weights:
                assert np.array_equal(np.float32(mine.weights[weight]), read.weights[weight])


def test_equal_models_make_equal_files(tmp_path):
    for folder in ("one", "other"):
        save(tmp_path / folder, small())
    for file in ("small.npz", "small.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


@pytest.mark.parametrize("spoil", ["no weights", "no npz", "bad json", "a field", "hidden", "nan"])
def test_what_is_wrong_with_a_file_is_said_in_words(tmp_path, spoil):
    save(tmp_path, small())
    weights, card = tmp_path / "small.npz", tmp_path / "small.json"
    found = json.loads(card.read_text(encoding="utf-8"))
    if spoil == "no weights":
        weights.unlink()
    elif spoil == "no npz":
        weights.write_bytes(b"PK\x03\x04 and no more")
    elif spoil == "bad json":
        card.write_text("{", encoding="utf-8")
    elif spoil == "a field":
        card.write_text(json.dumps({**found, "mood": 1}), encoding="utf-8")
    elif spoil == "hidden":
        card.write_text(json.dumps({**found, "hidden": 5}), encoding="utf-8")
    else:
        np.savez(weights, **dict.fromkeys(small().network.weights, np.array([np.nan])))
    with pytest.raises(ValueError, match="small"):
        load(tmp_path, "small")


def test_an_unknown_model_is_refused_by_naming_the_known_ones(tmp_path):
    save(tmp_path, small())
    for name in ("../small", "", "large"):
        with pytest.raises(ValueError, match="there are: small"):
            load(tmp_path, name)
    with pytest.raises(ValueError, match="none"):
        load(tmp_path / "nowhere", "small")
