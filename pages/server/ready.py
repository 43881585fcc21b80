"""The next scene of a lecture is made ready while the present one is shown."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from typing import Any

from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner import (
    RerunData,
    StopException,
    add_script_run_ctx,
    get_script_run_ctx,
)
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.exceptions import ScriptControlException
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.scriptrunner_utils.shared_run_state import SharedRunState
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState

RESTS = 0.5  # seconds after a scene was sent until the next one is made ready


def make_ready() -> None:
    """Have the next scene of a lecture made ready once the present one has been sent.

    It is done in the script's own thread, which Streamlit 1.67 would end now. For the browser the
    run is over, and nothing is sent: no two runs can cross. What the reader asks for ends it.
    """
    run = ScriptRunner._run_script

    def run_and_prepare(runner: ScriptRunner, data: RerunData) -> None:
        run(runner, data)
        kept = runner._session_state
        session = kept["session"] if "session" in kept else None  # noqa: SIM401 (it has no `get`)
        if session is None or not session.coming or overtaken(runner, RESTS):
            return
        coming = session.coming
        copy_context().run(rehearse_unseen, coming, partial(overtaken, runner))
        if session.coming is coming and not overtaken(runner):
            session.coming = []

    ScriptRunner._run_script = run_and_prepare  # type: ignore[method-assign, assignment]


def overtaken(runner: ScriptRunner, seconds: float = 0.0) -> bool:
    """Whether its reader has asked for something, or has gone; looked for so many seconds."""
    until = time.monotonic() + seconds
    while runner._requests._state is ScriptRequestType.CONTINUE:
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True


def rehearse_unseen(coming: Sequence[Any], is_overtaken: Callable[[], bool]) -> None:
    """Run the pages of some scenes, each in a session of its own, until the reader asks again."""
    from pages.frame.rehearsal import rehearse

    def look(*_: object) -> None:
        if is_overtaken():
            raise StopException

    seen = get_script_run_ctx()
    assert seen is not None, "the script's thread has a context"
    try:
        for scene in coming:
            add_script_run_ctx(threading.current_thread(), unseen(seen, look))
            rehearse(scene)
    except ScriptControlException:
        pass
    except Exception:  # its reader will be shown it, if they ever come there
        logging.getLogger(__name__).exception("A scene could not be made ready.")
    finally:
        add_script_run_ctx(threading.current_thread(), seen)


def unseen(seen: ScriptRunContext, look: Callable[..., None]) -> ScriptRunContext:
    """A context for a run of which nothing is sent or kept; it calls `look` at every element."""
    return replace(
        seen,
        _enqueue=look,
        yield_check=look,
        session_state=SafeSessionState(SessionState(), look),
        fragment_storage=MemoryFragmentStorage(),
        shared=SharedRunState(),
        script_requests=None,
        cursors={},
        fragment_ids_this_run=None,
        is_history_navigation=False,
    )
