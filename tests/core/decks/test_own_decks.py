"""A deck in the making and a deck in a link: what comes back is the same, or is refused."""

import base64
import random
import tracemalloc
import zlib
from dataclasses import replace

import pytest

from rnn_core.decks import MOST_LETTERS, Deck, DeckFault, Scene, editing, pack, unpack, write_deck
from rnn_core.decks.reading import MOST_BYTES
from tests.core.decks.test_decks import GOOD, PAGES, good


def packed(text: str | bytes) -> str:
    raw = zlib.compress(text if isinstance(text, bytes) else text.encode(), 9)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def refused(word: str) -> str:
    with pytest.raises(DeckFault) as found:
        unpack(word, PAGES)
    assert len(str(found.value)) < 600
    return str(found.value)


def twenty(title: str = "What is left of the gradient, and why") -> Deck:
    deck = good()
    say = "The RNN's curve falls by ten powers of ten from right to left; turn the scale up to {}."
    for k in range(18):
        scene = replace(deck.scenes[0], title=f"{title} {k}", say=say.format(k), question=None)
        deck = editing.added(deck, replace(scene, settings={"steps": 20 + k}), PAGES)
    return deck


# -- in a link -------------------------------------------------------------------------------------


def test_a_packed_deck_is_the_same_deck():
    assert unpack(pack(good()), PAGES) == good()


def test_twenty_scenes_fit_into_a_link():
    deck = twenty()
    assert len(deck.scenes) == 20
    assert len(pack(deck)) < MOST_LETTERS / 2 and unpack(pack(deck), PAGES) == deck


def test_a_deck_that_is_too_long_for_a_link_says_so():
    deck, draw = good(), random.Random(0)
    for k in range(40):
        say = "".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(400))
        deck = replace(deck, scenes=(*deck.scenes, Scene(f"s{k}", "A scene", "gradients", say)))
    with pytest.raises(ValueError, match="hand on its file"):
        pack(deck)


@pytest.mark.parametrize("word", ["", "a b", "<b>x</b>", "é", "a=", "../..", "abc", "a", "\n"])
def test_what_is_no_packed_deck_is_refused(word):
    assert "holds no deck" in refused(word)


def test_a_link_that_was_cut_short_or_changed_is_refused():
    word = pack(good())
    for cut in (word[:-8], word[: len(word) // 2]):
        assert "cut short" in refused(cut) or "holds no deck" in refused(cut)
    assert "holds no deck" in refused(word[:40] + "AAAA" + word[44:])
    assert "longer than" in refused("A" * (MOST_LETTERS + 1))


def test_a_bomb_is_not_unpacked():
    """Five megabytes of blanks in some thousand letters: only what a deck may have is unpacked."""
    bomb = packed(b" " * 5_000_000)
    assert len(bomb) < MOST_LETTERS
    tracemalloc.start()
    assert f"at most {MOST_BYTES:,} bytes" in refused(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MOST_BYTES


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('title = "Two scenes"', 'title = "<script>alert(1)</script>"', "markup"),
        ('page = "scalar"', 'page = "elsewhere"', "Unknown page"),
        ("w = 1.5", "w = [1.5]", "expected a text or a number"),
        ("w = 1.5", "w = 15000", "expected a number from"),
        ('notation = "house"', "notation = 3", "expected a text"),
        ('id = "left"', 'id = "one-unit"', "there twice"),
        ('say = "Follow the product."', 'say = ""', "an empty one"),
    ],
)
def test_a_strangers_deck_is_checked_like_a_file(old, new, reason):
    assert old in GOOD
    said = refused(packed(GOOD.replace(old, new)))
    assert reason in said and said.startswith("this link, line") and "<" not in said


def test_ten_thousand_scenes_are_refused():
    scene = '[[scene]]\nid = "s{}"\ntitle = "t"\npage = "gradients"\nsay = "s"\n'
    head = GOOD[: GOOD.index("[[scene]]")]
    short = head + "".join(scene.format(k) for k in range(201))
    assert "expected 1 to 200 of them, got 201" in refused(packed(short))
    assert "got 10000" in refused(packed(head + "[[scene]]\n" * 10_000))


def test_no_text_but_utf_8():
    assert "holds no deck" in refused(packed(b"\xff\xfe\x00"))


# -- in the making ---------------------------------------------------------------------------------


def test_scenes_get_names_of_their_own():
    scene = good().scenes[1]
    deck = editing.added(editing.added(good(), scene, PAGES), scene, PAGES)
    assert [s.id for s in deck.scenes] == ["left", "one-unit", "one-unit-2", "one-unit-3"]
    assert editing.name("‖∂L/∂h‖ für Élan!", set()) == "l-h-fur-elan"
    assert editing.name("消失", {"scene"}) == "scene-2"


@pytest.mark.parametrize(
    ("number", "way", "order"),
    [
        (0, 1, [1, 0, 2]),
        (2, -1, [0, 2, 1]),
        (0, -1, [0, 1, 2]),
        (2, 1, [0, 1, 2]),
        (0, 9, [1, 2, 0]),
    ],
)
def test_a_scene_moves_and_stops_at_either_end(number, way, order):
    deck = editing.added(good(), good().scenes[1], PAGES)
    assert editing.moved(deck, number, way).scenes == tuple(deck.scenes[k] for k in order)


def test_a_scene_is_changed_and_taken_out():
    deck = good()
    other = replace(deck.scenes[0], title="Another", controls=("clip",))
    assert editing.changed(deck, 0, other, PAGES).scenes == (other, deck.scenes[1])
    assert editing.without(deck, 0).scenes == deck.scenes[1:]


@pytest.mark.parametrize(
    "change",
    [{"title": ""}, {"title": "**x**"}, {"say": "x" * 501}, {"controls": ("w",)}],
    ids=str,
)
def test_what_may_not_stand_in_a_deck_is_refused(change):
    with pytest.raises(DeckFault, match="my deck, line"):
        editing.changed(good(), 0, replace(good().scenes[0], **change), PAGES)


def test_what_was_edited_can_be_written_and_read():
    deck = twenty()
    assert editing.checked(deck, PAGES) == deck and "question" in write_deck(deck)
