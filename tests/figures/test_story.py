"""The story's pictures: the numbers they draw, read back, and how one becomes the next."""

import re

import numpy as np
import pytest

from pages.figures.story import blame, canvas, clipping, memory, race, reading, rows
from pages.figures.story.canvas import SIZES, TEXT, Position
from rnn_core.experiment.run import run
from rnn_core.studies.story import FRESH, Story, cut, highway, travelled, walked
from rnn_core.training.races import Lane, Race

WAVES = [(s, travelled(s)) for s in (0.5, 1.0, 2.0, 3.0)]
GUESSES = (("a", 0.5), ("b", 0.3), ("c", 0.1))
CHAIN = reading.Chain(
    "hel",
    "lo wo",
    tuple(
        reading.Column(c, k > 2, (("a", 0.5), ("b", 0.3), ("c", 0.1)))
        for k, c in enumerate("hello w")
    ),
    1234,
)

SCORES = {
    "RNN": [(0.25, 0.25, 0.25)] * 3,
    "GRU": [(0.2, 0.9, 1.0)] * 3,
    "LSTM": [(0.3, 1.0, 1.0), (0.3, 0.5, 1.0), (0.3, 0.9, 0.9)],
}
UPDATES, NONE = (25, 50, 75), (0.0, 0.0, 0.0)
RACED = Race(
    "order",
    "Which came first?",
    "cell",
    {"task": "order", "length": 30},
    "",
    tuple(
        Lane(words, seed, UPDATES, NONE, scores, 0.0, scores[-1])
        for words, runs in SCORES.items()
        for seed, scores in enumerate(runs)
    ),
)


def every() -> dict[str, list[Position]]:
    """All pictures, at some positions each."""
    free = highway(run(FRESH), None)
    held = [highway(run(FRESH), at) for at in (0.0, 0.9, 1.0)]
    walks = [Story(clipping=c, begins=b) for b in ("exploding", "vanishing") for c in ("off", "on")]
    found = {
        "reads": [reading.position(CHAIN, rolled) for rolled in (False, True)],
        "remembers": list(memory.positions([asked(gap) for gap in (0, 7, 100)])),
        "travels": list(blame.positions(WAVES, "hello" * 10)),
        "clips": [clipping.position(w, cut(w), walked(w)) for w in walks],
        "holds": [
            blame.gate_position(at, way, free, "hello" * 10)
            for at, way in zip((0.0, 0.9, 1.0), held, strict=True)
        ],
    }
    return found | {"races": list(race.positions(RACED))}


def asked(gap: int) -> memory.Asked:
    shares = np.geomspace(1e-7, 1, gap + 8)
    heard = {
        c: memory.Heard(shares, (("French", p), ("Arabic", 1 - p)), p)
        for c, p in (("rnn", 0.5), ("gru", 1.0), ("lstm", 0.97))
    }
    words = ("I", "grew", "up", "in", "Canada", *["so"] * gap, "I", "speak", "fluent")
    return memory.Asked(words, 4, gap, "French", heard)


PICTURES = every()


@pytest.mark.parametrize("act", PICTURES)
def test_every_position_has_the_same_elements_and_can_be_reached(act):
    payload = canvas.payload(PICTURES[act], SIZES)
    for size in range(len(SIZES)):
        drawings = [position.drawings[size] for position in PICTURES[act]]
        sent = payload["sizes"][size]
        for k, wanted in enumerate(drawings):
            seen = [dict(each.attributes) | {TEXT: each.words} for each in drawings[0]]
            for (element, name), value in zip(sent["live"], sent["values"][k], strict=True):
                seen[element][name] = value
            assert seen == [dict(each.attributes) | {TEXT: each.words} for each in wanted]


@pytest.mark.parametrize("act", PICTURES)
def test_everything_lies_inside_its_drawing(act):
    for position in PICTURES[act]:
        for size, drawing in zip(SIZES, position.drawings, strict=True):
            for each in drawing:
                if each.attributes.get("opacity") == "0":
                    continue
                for x, y in places(each):
                    assert -1 <= x <= size.width + 1 and -1 <= y <= size.height + 1, (size, each)


def places(each: canvas.Item) -> list[tuple[float, float]]:
    """Points of an element."""
    a = {n: float(v) for n, v in each.attributes.items() if re.fullmatch(r"-?[\d.]+", v)}
    if each.tag == "path" and "h" not in each.attributes["d"]:
        return [
            tuple(map(float, p.split()))
            for p in re.findall(r"-?[\d.]+ -?[\d.]+", each.attributes["d"])
        ]  # type: ignore[misc]
    if each.tag == "rect":
        return [(a["x"], a["y"]), (a["x"] + a["width"], a["y"] + a["height"])]
    names = {"circle": [("cx", "cy")], "line": [("x1", "y1"), ("x2", "y2")], "text": [("x", "y")]}
    return [(a[x], a[y]) for x, y in names.get(each.tag, [])]


def looks(drawing: canvas.Drawing, look: str) -> list[canvas.Item]:
    return [each for each in drawing if each.attributes["class"] == look]


def test_a_wave_is_the_gradient_on_an_axis_that_rests():
    ticks = None
    for (_, logs), position in zip(WAVES, PICTURES["travels"], strict=True):
        for size, drawing in zip(SIZES, position.drawings, strict=True):
            (wave,) = looks(drawing, "wave rnn")
            r = blame.room(size, 50)
            heights = [y for _, y in places(wave)]
            share = (r.bottom - np.array(heights)) / (r.bottom - r.top)
            back = blame.LOW + share * (blame.HIGH - blame.LOW)
            np.testing.assert_allclose(back, np.clip(logs, blame.LOW, blame.HIGH), atol=0.01)
        marks = [(e.words, e.attributes["y"]) for e in looks(position.drawings[0], "tick")]
        ticks = ticks or marks
        assert marks == ticks
    ends = [p.said.split(": ")[1] for p in PICTURES["travels"]]
    assert ends == ["it vanishes", "it holds", "it explodes", "it explodes"]


def test_the_bar_moves_by_more_than_a_third_of_its_axis_and_not_at_all_where_it_is_short():
    widths = []
    for position in PICTURES["clips"]:
        (bar,) = [e for e in position.drawings[0] if e.attributes["class"] in ("bar", "bar long")]
        widths.append(float(bar.attributes["width"]))
    axis = 590 - 14
    assert widths[0] - widths[1] > axis / 3
    assert widths[2] == widths[3]
    off, on = PICTURES["clips"][2:]
    assert off.drawings == on.drawings  # nothing moves; only the sentence is another
    assert "changes nothing" in on.said and "cuts the update" in PICTURES["clips"][1].said


def test_the_computed_length_stays_where_it_was():
    before = [looks(p.drawings[0], "outline") for p in PICTURES["clips"][:2]]
    assert before[0] == before[1]


def test_the_road_is_as_wide_as_the_gate_is_open():
    heights = []
    for position in PICTURES["holds"]:
        (road,) = looks(position.drawings[0], "road")
        ys = [y for _, y in places(road)]
        heights.append(max(ys) - min(ys))
    assert heights[0] == 0 and heights[1] == pytest.approx(0.9 * heights[2], abs=0.2)
    assert "the highway is open" in PICTURES["holds"][2].said


def test_the_race_uncovers_what_has_happened():
    covers, said = [], [p.said for p in PICTURES["races"]]
    for position in PICTURES["races"]:
        runs = [e for e in position.drawings[0] if e.attributes["class"].startswith("run ")]
        assert len(runs) == 9 and all(len(places(run)) == 3 for run in runs)
        (cover,) = looks(position.drawings[0], "cover")
        covers.append(float(cover.attributes["x"]))
    assert covers == sorted(covers) and covers[-1] > 900
    assert said[0] == "After 25 updates nobody has learned it"
    assert said[1] == "Learned after 50 updates: LSTM 1 of 3 runs"
    assert said[2] == "Learned after 75 updates: GRU 3 of 3, LSTM 2 of 3 runs"


def test_who_knows_is_said():
    near, _, far = PICTURES["remembers"]
    assert near.said.startswith("Right behind it, GRU and LSTM answer French; the RNN is not sure")
    assert far.said.startswith("100 words later, ")
    assert memory.percent(1.0) == "100 %" and memory.percent(0.9994) == "99 %"
    alone = asked(7)._replace(heard={c: h._replace(right=0.5) for c, h in asked(7).heard.items()})
    assert memory.said(alone) == "7 words later, nobody is sure"


def test_the_chain_becomes_one_cell():
    chain, cell = (p.drawings[0] for p in PICTURES["reads"])
    spread, together = ({e.attributes["x"] for e in looks(d, "cell")} for d in (chain, cell))
    assert len(spread) == len(looks(chain, "cell")) > 1 == len(together)
    assert "1,234 weights" in PICTURES["reads"][1].said
    assert PICTURES["reads"][0].said == "After “hel” it expects “a” (50 %)"


def test_markup_in_a_readers_text_is_text():
    chain = reading.Chain("<b>", "&", CHAIN.columns[:4], 1)
    drawn = canvas.payload([reading.position(chain, False)])["sizes"][0]["svg"]
    assert "<b>" not in drawn and "&lt;b&gt;" in drawn


def test_the_rows_to_take_away_are_the_numbers_drawn():
    drawn = rows.reads(CHAIN)
    assert list(drawn["next"][:3]) == [letter for letter, _ in CHAIN.columns[0].guesses]
    drawn = rows.remembers([asked(0), asked(7)])
    assert len(drawn["word"]) == 3 * (len(asked(0).words) + len(asked(7).words))
    assert set(drawn["answer"]) == {"French"} and max(drawn["gradient_by_last"]) == 1
    drawn = rows.travels(WAVES)
    assert drawn["left"] == pytest.approx([10.0**v for _, logs in WAVES for v in logs])
    wish = Story()
    clipped, walk = cut(wish), walked(wish)
    drawn = rows.clips(clipped, walk)
    table = dict(zip(zip(drawn["of"], drawn["quantity"], strict=True), drawn["value"], strict=True))
    assert table["all together", "norm before"] == pytest.approx(clipped.norm_before)
    last = len(walk.ball) - 1
    assert (
        table[f"update {last}", "error"] == walk.end
        and (f"update {last + 1}", "error") not in table
    )
    way = highway(run(FRESH), 0.9)
    drawn = rows.holds([(0.9, way)])
    assert drawn["left"] == list(10.0**way.left) and drawn["forget_gate"][1:] == list(way.open)
