"""A reader's text shown literally everywhere: no link, no picture, nothing fetched."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from pages.figures.literal import in_plot
from tests.browser.driving import EVERYWHERE
from tests.browser.hostile import TEXTS, WAYS
from tests.browser.serving import ROOT, Server, serve

MEANING = (
    "a, img, code, pre, h1, h2, h3, ul, ol, blockquote, hr, em, del, input, .katex, [role=img]"
)
SEEN = """([boxes, meaning]) => boxes.map(key => {
  const box = document.querySelector('.st-key-' + key + ' [data-testid=stMarkdownContainer]');
  return [box.textContent, [...box.querySelectorAll(meaning)].map(e => e.outerHTML)];
})"""
AWAY = (
    "() => {"
    + EVERYWHERE
    + """
  return everywhere('a, img, iframe').map(e => e.href?.baseVal ?? e.href ?? e.src ?? '')
    .filter(to => /evil|^mailto/.test(to) && !to.startsWith(location.origin));
}"""
)

TELLING = (
    *("start", "unrolled", "wirings", "cell", "gates", "gradients", "saturation", "byhand"),
    *("training", "characters", "connectivity", "sentiment", "entities", "translation"),
)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A page of nothing but hostile texts."""
    log = tmp_path_factory.mktemp("literal") / "server.log"
    with serve(log, ROOT, "tests/browser/hostile.py") as served:
        yield served


def words(text: str) -> str:
    return " ".join(text.split())


def framed(way: str, text: str) -> str:
    """The text that should be visible where `text` was written in this way."""
    frames = {
        "bold": f"word “{text}” word",
        "small": f"{text} {text} word",
        "table": f"head {text}",
    }
    return frames.get(way, text)


def test_streamlit_shows_every_text_as_it_was_typed(visit, texts):
    reader = visit(texts)
    reader.page.goto(texts.url)
    reader.page.get_by_text("All shown.").wait_for()
    reader.idle()
    ways = (*WAYS, "label", "box")
    every = [(way, k) for k in range(len(TEXTS)) for way in ways]
    found = reader.page.evaluate(SEEN, [[f"{way}{k}" for way, k in every], MEANING])
    for (way, k), (text, tags) in zip(every, found, strict=True):
        wanted = framed(way, TEXTS[k])
        assert "".join(text.split()) == "".join(wanted.split()), (way, TEXTS[k])
        assert not tags, (way, TEXTS[k])
    reader.check_clean()


DRAW = """async texts => {
  const node = document.createElement('div');
  document.body.append(node);
  const places = texts.map((_, k) => k);
  await Plotly.newPlot(node, [{ x: places, y: places, text: texts, customdata: texts,
      name: texts[0], hovertemplate: '“%{text}” “%{customdata}”<extra></extra>' }], {
    title: { text: texts.join(' / ') }, width: 4000, height: 3000, showlegend: true,
    yaxis: { tickvals: places, ticktext: texts },
  });
  const drawn = [];
  for (const k of places) {
    Plotly.Fx.hover(node, [{ curveNumber: 0, pointNumber: k }]);
    for (let frame = 0; frame < 600; frame++) {  // at most so many hovers a second
      if (node._hoverdata?.[0].pointNumber === k) break;
      await new Promise(requestAnimationFrame);
    }
    drawn.push(node.querySelector('.hoverlayer').textContent);
  }
  const ticks = [...node.querySelectorAll('.ytick text')].map(t => t.textContent);
  const tags = [...node.querySelectorAll('.ytick a, .gtitle a, .hoverlayer a, .legend a, image')];
  return [ticks, drawn, tags.map(t => t.outerHTML), node.querySelector('.gtitle').textContent];
}"""


def test_plotly_shows_every_text_as_it_was_typed(app):
    app.open("/gradients?cell=rnn&compare=off")
    texts = [words(t) for t in (*TEXTS, "<a href='https://evil.example'>x</a>", "<br>", "a<sub>b")]
    ticks, hovers, tags, title = app.page.evaluate(DRAW, list(map(in_plot, texts)))
    assert ticks == texts
    assert title == " / ".join(texts)
    assert not tags
    for text, hover in zip(texts, hovers, strict=True):
        assert hover.startswith(f"“{text}” “{text}”"), hover
    app.check_clean()


def test_a_networks_title_quotes_what_it_reads(app):
    """The title stands on every page: in a box of the sidebar, in bold, and in a small note."""
    text = "www.evil.example -- :smile: $x$ me &lt; https:evil"
    app.open(f"/connectivity?passage={quote(text)}")
    app.page.get_by_role("button", name="Look inside the RNN").click()
    app.page.get_by_text("is on the other pages now").wait_for()
    app.idle()
    boxes = app.page.get_by_test_id("stMarkdownContainer").filter(has_text="reading “").all()
    assert len(boxes) > 1
    for box in boxes:
        assert f"reading “{text}”" in box.inner_text()
        assert box.locator(MEANING).filter(has_not_text="check").count() == 0
    app.check_clean()


@pytest.mark.parametrize("page", TELLING)
def test_every_page_keeps_a_readers_text_a_text(app, page):
    """The link's text, words and names on all pages that say them again."""
    text = quote("www.evil.example ![x](https://evil.example/x.png) me@evil.example <b>:smile:")
    own = "&".join(f"{name}={text}" for name in ("review", "sentence", "passage", "opening"))
    link = f"/{page if page != 'start' else ''}?text={text}&{own}&english={text}&edits={text}"
    app.open(f"{link}&www.evil.example=1&t={text}&lit={text}")
    assert not app.page.evaluate(AWAY)
    app.check_clean()
