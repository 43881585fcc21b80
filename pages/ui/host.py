"""Where the app runs: on a server, or without one in the reader's browser.

There is one thread there, for the reader's runs and for all computing. A page that ran again at
fixed times would find the run before still under way, and the reader's clicks would wait behind
those that pile up: so it asks to run again when what the last run drew is on screen.
"""

import sys
from itertools import count
from typing import Final

from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from pages.components.again import again

IN_BROWSER: Final = sys.platform == "emscripten"
SLOWER: Final = 4.0 if IN_BROWSER else 1.0  # than a server computes
SLICE_MS: Final = 500.0 if IN_BROWSER else 90.0  # of computing, each time that a page runs again
_TURNS: Final = count(1)


def run_every(seconds: float) -> float | None:
    """How often Streamlit runs a fragment again by itself; None: it does not."""
    return None if IN_BROWSER else seconds or None


def run_again(seconds: float) -> None:
    """Called last in a fragment: once this is drawn it asks for the next run, if it is to go on."""
    if IN_BROWSER and seconds:
        again(next(_TURNS))


def can_be_overtaken() -> bool:
    """Whether a part of the page runs alone, and its reader may meanwhile ask for its next run."""
    context = get_script_run_ctx(suppress_warning=True)
    return bool(context and context.fragment_ids_this_run) and not IN_BROWSER


def is_overtaken() -> bool:
    """Whether the next run has been asked for: Streamlit tells only a run of the whole page."""
    context = get_script_run_ctx(suppress_warning=True)
    requests = context and context.script_requests
    return getattr(requests, "_state", None) is ScriptRequestType.RERUN
