"""A page of the app in a real browser, with the waits that Streamlit needs."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, WebSocket

from pages.ui.contents import FIRST, PAGES, SECTIONS
from tests.browser.serving import Server

PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Look:
    """How the reader's screen is set."""

    width: int = 1440
    height: int = 900
    scheme: str = "light"

    @property
    def is_phone(self) -> bool:
        """Whether it is held in a hand: fingers, no mouse."""
        return self.width < 640

    def __str__(self) -> str:
        return f"{self.width}x{self.height}-{self.scheme}"


LOOKS = tuple(
    Look(*size, scheme) for size in ((1440, 900), (390, 844)) for scheme in ("light", "dark")
)

# Components may live in a shadow root, where document.querySelectorAll does not look.
EVERYWHERE = """
const everywhere = (selector, root = document) => [
  ...root.querySelectorAll(selector),
  ...[...root.querySelectorAll('*')].filter(e => e.shadowRoot)
      .flatMap(e => everywhere(selector, e.shadowRoot)),
];
"""

# Between a key and the first answer to it the page looks as if it rested. So the page's own socket
# is heard: what was asked, whether a run began afterwards, and whether that run has ended. Who asks
# again before the answer may get one run for both or one for each; then it must stay quiet a while.
# (The numbers are the fields of Streamlit's messages: see ForwardMsg.proto and BackMsg.proto.)
HEAR = """(() => {
  const ASK = 11, BEGUN = 4, ENDED = 6, FOR_RERUN = 2;
  const turn = window.turn = { waiting: false, begun: false, hasty: false, ended: 0 };
  const fields = function* (bytes) {
    let at = 0;
    const number = () => {
      let value = 0, by = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * by; by *= 128; } while (byte & 128);
      return value;
    };
    while (at < bytes.length) {
      const tag = number(), value = number();
      yield [tag >> 3, value];
      if ((tag & 7) === 2) at += value;
    }
  };
  const said = data => {
    if (![...fields(new Uint8Array(data))].some(([field]) => field === ASK)) return;
    Object.assign(turn, { hasty: turn.waiting, waiting: true, begun: false });
  };
  const heard = data => {
    for (const [field, value] of fields(new Uint8Array(data))) {
      if (field === BEGUN) turn.begun = true;
      if (field !== ENDED || value === FOR_RERUN) continue;
      turn.ended = performance.now();
      if (turn.begun) turn.waiting = false;
    }
  };
  window.WebSocket = class extends window.WebSocket {
    constructor(...all) {
      super(...all);
      this.addEventListener('message', message => heard(message.data));
    }
    send(data) {
      said(data);
      super.send(data);
    }
  };
  // Without a server Streamlit's Python is a worker of the page, and its messages are the same.
  window.Worker = class extends window.Worker {
    constructor(...all) {
      super(...all);
      this.addEventListener('message', ({ data }) => {
        if (data?.type === 'websocket:message') heard(data.data.payload);
      });
    }
    postMessage(message, ...more) {
      if (message?.type === 'websocket:send') said(message.data.payload);
      super.postMessage(message, ...more);
    }
  };
})()"""

# `data-test-script-state` is Streamlit's own hook for browser tests. A component says that it has
# drawn by setting `data-drawn`.
QUIET_MS = 300
IDLE = (
    "() => {"
    + EVERYWHERE
    + f"const rest = turn.hasty ? {QUIET_MS} : 0;"
    + """
  if (turn.waiting || performance.now() - turn.ended < rest) return false;
  const app = document.querySelector('[data-testid=stApp]');
  if (app?.getAttribute('data-test-script-state') !== 'notRunning') return false;
  if (everywhere('[data-testid=stSkeleton], [data-testid=stAppSkeleton]').length) return false;
  if (everywhere('[data-stale=true]').length) return false;
  const parts = everywhere('.plotly-live, [data-component]')
  if (!parts.every(e => 'drawn' in e.dataset && !e.dataset.waits)) return false;
  return everywhere('[data-testid=stPlotlyChart]')
      .every(e => e.querySelector('.main-svg .plot, .main-svg .cartesianlayer, canvas'));
}"""
)
# Buttons and links of the page that do not show all their words.
CUT = """() => [...document.querySelectorAll('[data-testid=stMain] :is(button, a)')].flatMap(
  button => [...button.querySelectorAll('*')].filter(e => e.innerText?.trim()
    && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1
    && /hidden|clip/.test(getComputedStyle(e).overflowX)).slice(0, 1).map(e => e.innerText))"""
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

# Plotly keeps arrays as lists, typed arrays, lists of typed arrays, or base64 with a dtype.
PLOTS = (
    "() => {"
    + EVERYWHERE
    + """
  const plain = v => v == null ? null
      : ArrayBuffer.isView(v) ? Array.from(v)
      : Array.isArray(v) ? v.map(plain)
      : v._inputArray ? plain(v._inputArray) : v;
  return everywhere('.js-plotly-plot').map(plot => ({
    title: plot._fullLayout?.title?.text ?? '',
    axes: [plot._fullLayout?.xaxis?.type ?? '', plot._fullLayout?.yaxis?.type ?? ''],
    traces: (plot._fullData ?? []).map(t => ({
      name: t.name ?? '', type: t.type, x: plain(t.x), y: plain(t.y), z: plain(t.z),
    })),
  }));
}"""
)


@dataclass
class App:
    """One reader's tab: open a page, wait until it rests, look at what is drawn."""

    page: Page
    server: Server
    errors: list[str] = field(default_factory=list)
    offsite: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("request", self._watch)
        self.page.on("websocket", self._watch)
        self.page.add_init_script(HEAR)

    def _hear(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        # The frontend asks for its server beside the page first: a 404 there is its normal way.
        if message.type == "error" and "/_stcore/" not in where:
            self.errors.append(f"{message.text} ({where})")

    def _watch(self, request: Request | WebSocket) -> None:
        address = urlsplit(request.url)
        is_request = address.scheme in {"http", "https", "ws", "wss"}
        if is_request and address.netloc != urlsplit(self.server.url).netloc:
            self.offsite.append(request.url)

    def open(self, path: str = "/") -> "App":
        """Go to a page of the app by its link and wait until it rests."""
        self.page.goto(self.server.url + path)
        return self.idle()

    def go(self, name: str) -> "App":
        """Follow the navigation bar to a page; one that shares an entry lies beside another."""
        page = PAGES[name]
        beside = self.page.locator(f".st-key-beside_{name} a")
        if page.beside and not beside.count():
            self.go(page.beside)
        if page.beside:
            beside.click()
            return self._arrive(name)
        if menu := SECTIONS[page.section]:
            self.page.get_by_test_id("stTopNavSection").filter(has_text=menu).click()
            links = self.page.get_by_test_id("stTopNavDropdownLink")
        else:
            links = self.page.get_by_test_id("stTopNavLink")
        links.filter(has=self.page.get_by_text(page.title, exact=True)).click()
        return self._arrive(name)

    def _arrive(self, name: str) -> "App":
        path = urlsplit(self.server.url).path + ("/" if name == FIRST else f"/{name}")
        self.page.wait_for_function("path => location.pathname === path", arg=path)
        self.page.wait_for_timeout(300)  # the script starts a moment after the address changed
        return self.idle()

    def idle(self, timeout: float = PATIENCE_MS) -> "App":
        """Script finished, nothing stale, every plot and component drawn and painted."""
        for _ in range(2):  # what the last message brought may only be mounted in the next frames
            self.page.wait_for_function(IDLE, timeout=timeout)
            self.page.evaluate(TWO_FRAMES)
        return self

    def check_clean(self) -> None:
        """No exception box, a clean console, no page error, no request off the machine."""
        boxes = self.page.locator("[data-testid=stException]").all_inner_texts()
        assert not boxes, f"exception on {self.page.url}:\n" + "\n".join(boxes)
        assert not self.errors, f"console of {self.page.url}: {self.errors}"
        assert not self.offsite, f"requests off the machine from {self.page.url}: {self.offsite}"

    def text(self) -> str:
        """The text that is visible on the page."""
        return self.page.locator("[data-testid=stApp]").inner_text()

    def plots(self) -> list[dict[str, Any]]:
        """Plots on the page: ``title``, ``axes`` and ``traces`` with name, type, x, y, z."""
        return self.page.evaluate(PLOTS)

    def wait_for_new_plots(self, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The plots once they differ from ``before``; fails if they never do."""
        self.idle()
        for _ in range(100):
            if (now := self.plots()) != before:
                return now
            self.page.wait_for_timeout(50)
        raise AssertionError(f"the drawn data of {self.page.url} did not change")

    def choose(self, menu: str, option: str) -> "App":
        """Pick from a menu by keyboard: type the option's words, and take it once it is there."""
        self.page.get_by_role("combobox", name=menu).focus()
        self.page.keyboard.type(option)
        self.page.get_by_role("option", name=option).wait_for()
        self.page.keyboard.press("Enter")
        return self

    def slider(self, label: str) -> Locator:
        """The range input of the slider whose label starts so."""
        box = self.page.locator("[data-testid=stSlider]", has_text=label)
        return box.locator("input[type=range]").first

    def slide(self, label: str, presses: int) -> "App":
        """Move a slider by its arrow keys: right if positive, left if negative."""
        handle = self.slider(label)
        for _ in range(abs(presses)):
            handle.press("ArrowRight" if presses > 0 else "ArrowLeft")
        return self.idle()
