"""Sessions whose readers did not come back, and results that nobody asks for, are let go of."""

import asyncio
import gc

from streamlit.runtime import Runtime
from streamlit.runtime.caching.ttl_cache import TTLCache
from streamlit.runtime.session_manager import SessionInfo

from pages.server.uploads import UPLOADS
from pages.ui.store import STORE, UNUSED
from rnn_core.engine.allocator import give_back
from rnn_core.training.stack import POOL

TIDY_SECONDS = 5


async def tidy() -> None:
    """Let go of what readers left behind, and of results that nobody has asked for of late.

    A session without its reader waits for them to come back (`disconnectedSessionTTL`). Streamlit
    1.67 looks for those that waited too long only when the next one leaves. Sessions hang together
    in circles, and with the collection after every rerun switched off (see config.toml) nothing
    else would end them. What lives for ever is frozen, so a collection takes some milliseconds.
    """
    manager = Runtime.instance()._session_mgr
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        ended = end_waiting(manager._session_storage._cache)  # type: ignore[attr-defined]
        if ended:
            POOL.clear()  # mostly theirs; who still trains makes new ones in some milliseconds
        freed = STORE.tidy() + POOL.rest(UNUSED)
        gc.collect()
        UPLOADS.forget({info.session.id for info in manager.list_sessions()})
        if ended or freed:
            await asyncio.to_thread(give_back)


def end_waiting(waiting: TTLCache[str, SessionInfo]) -> int:
    """End the sessions whose readers did not come back in time; how many there were."""
    before = dict(waiting._data)
    waiting.expire()
    ended = [info.session for key, info in before.items() if key not in waiting]
    for session in ended:
        session.shutdown()
        session.session_state.clear()  # Streamlit's own loop holds on to the last session
        session._fragment_storage.clear()
    return len(ended)
