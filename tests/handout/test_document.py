"""The file: what is in it, what it asks of the network (nothing), and how texts get into it."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from pages.components.scripts import FILES, text
from pages.figures.theme import PALETTE
from pages.handout import colours
from pages.handout.document import POLICY, document
from pages.handout.exhibit import Exhibit, Position, Sheet, Sweep
from pages.handout.packing import joined, packed, plotly_js, unpacked
from tests.handout.reading import messages, stored

HOSTILE = "</script><img src=x onerror=alert(1)> & **b**"


def exhibit(key: str = "a", script: str = "wirings", data: bytes = b"<svg/>", **more) -> Exhibit:
    return Exhibit(key, script, "<p>\n</p>", "p { color: red }", more.get("isolated", True), data)


def sheet(*shown, **more) -> Sheet:
    return Sheet("A title", more.pop("claim", "A claim"), "What to see.", shown, **more)


def test_messages_come_out_as_they_went_in():
    data = {"a": b"\x00\xff binary", "b": b"{}", "c": b""}
    text = document("T", [sheet(*(exhibit(k, data=d) for k, d in data.items()))])
    assert {key.removeprefix("0."): d for key, d in messages(text).items()} == data


def test_every_position_of_the_slider_is_in_the_file():
    sweep = Sweep("Scale", 1, tuple(Position(f"{k}", {"a": bytes([k])}) for k in range(3)))
    text = document("T", [sheet(exhibit(), exhibit("b"), sweep=sweep)])
    assert {k: v for k, v in messages(text).items() if k.startswith("0.a.")} == {
        f"0.a.{k}": bytes([k]) for k in range(3)
    }
    about = json.loads(stored(text, "about"))["sheets"][0]
    assert about["positions"] == ["0", "1", "2"] and about["swept"] == ["a"]
    assert 'min="0" step="1" max="2" value="1"' in text


def test_a_click_is_asked_for_only_where_something_answers_it():
    words = "Blue: it vanishes. **Click a place**, or press\nEnter. It is seen.\n\nClick a pair."
    for script, asks in (("plot", False), ("heatmaps", True)):
        made = document("T", [replace(sheet(exhibit("a", script), explained=words), say=words)])
        said = re.findall(r"<p>(?:Blue|Click).*?</p>", made, re.DOTALL)
        assert len(said) == (4 if asks else 2)
        assert ("Click" in "".join(said)) == asks
        assert all("It is seen." in each for each in said if "Blue" in each)


def test_a_slider_that_turns_nothing_shown_is_left_out():
    sweep = Sweep("Scale", 0, (Position("1", {"other": b"x"}),))
    text = document("T", [sheet(exhibit(), sweep=sweep)])
    assert "<input" not in text and b"x" not in messages(text).values()


def test_nothing_in_the_file_can_ask_for_an_address():
    text = document("T", [sheet(exhibit("a", "plot", isolated=False), link="http://x.y/gates?a=1")])
    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in text
    assert POLICY.startswith("default-src 'none'") and "http" not in POLICY
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="([^"#]*)"', markup) == ["http://x.y/gates?a=1"]


def test_texts_and_messages_cannot_become_markup():
    hostile = sheet(
        exhibit("a", data=HOSTILE.encode()), HOSTILE, claim=HOSTILE, settings=((HOSTILE, HOSTILE),),
        link='http://x/?a="><img>', explained=HOSTILE,
        sweep=Sweep(HOSTILE, 0, (Position(HOSTILE, {}),)),
    )  # fmt: skip
    whole = document(HOSTILE, [hostile, hostile])
    assert "<img" not in whole
    assert whole.count("</script>") == whole.count("<script")
    assert HOSTILE in unescape(re.search("<title>(.*)</title>", whole)[1])


@pytest.mark.parametrize("name", [n for n in FILES if "export default" in text(n)])
def test_every_component_can_stand_in_a_file(name):
    whole = document("T", [sheet(exhibit("a", name))])
    assert f"\n;(globalThis.components ??= {{}}).{name} = function" in whole


def test_a_script_that_would_end_its_element_is_refused(monkeypatch):
    monkeypatch.setattr("pages.handout.document.text", lambda name: "'</script>' export default")
    with pytest.raises(ValueError, match="cannot stand in a page"):
        document("T", [sheet(exhibit())])


def test_plotly_is_there_once_and_only_where_it_draws():
    plots = [sheet(exhibit("a", "plot", isolated=False)) for _ in range(2)]
    assert document("T", plots).count('id="plotly"') == 1
    assert 'id="plotly"' not in document("T", [sheet(exhibit())])
    assert len(plotly_js()) < 2_100_000
    assert b"plotly.js" in unpacked(plotly_js())[:200]


def test_equal_pictures_give_equal_files():
    assert packed(b"x" * 99) == packed(b"x" * 99)
    assert document("T", [sheet(exhibit())]) == document("T", [sheet(exhibit())])


def test_several_pictures_have_a_list_of_links():
    text = document("A deck", [sheet(exhibit()), sheet(exhibit("b"))])
    assert 'href="#sheet-0"' in text and 'id="sheet-1"' in text
    assert "<h1>A deck</h1>" in text and text.count("<h2>A claim</h2>") == 2
    assert "<h1>A claim</h1>" in document("T", [sheet(exhibit())])


def test_joined_messages_begin_where_numbers_may():
    places, raw = joined({"a": b"123", "b": b"", "c": b"12345678", "d": b"9"})
    assert all(at % 8 == 0 for at, _ in places.values())
    assert [raw[at : at + n] for at, n in places.values()] == [b"123", b"", b"12345678", b"9"]


# -- colours ---------------------------------------------------------------------------------------


def test_colours_are_those_of_the_app():
    for slot, pair in enumerate(PALETTE.values()):
        found = tuple(colours.colour(f"var(--chart-{slot})", mode) for mode in ("light", "dark"))
        assert found == pair
    assert colours.colour("var(--st-text-color)", "dark") == "#e4eaef"


def test_every_variable_that_a_component_asks_for_has_a_colour():
    root = Path(__file__).parents[2]
    files = [
        *root.glob("assets/**/*.css"),
        *root.glob("assets/**/*.js"),
        *root.glob("pages/**/*.py"),
    ]
    asked = {n for f in files for n in re.findall(r"--st-[a-z-]+[a-z]", f.read_text("utf-8"))}
    asked -= {"--st-chart"}  # the beginning of a name that is put together
    for mode in ("light", "dark"):
        assert asked <= colours.variables(mode).keys()
