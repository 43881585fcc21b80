"""Functions that the browser's Python lacks, put in their place before the app starts."""

import re
import sys
from types import ModuleType
from typing import Any

from js import XMLHttpRequest  # type: ignore[import-not-found]
from streamlit import runtime
from streamlit.elements.widgets import button
from streamlit.runtime.memory_media_file_storage import MemoryFile, MemoryMediaFileStorage
from streamlit.runtime.runtime import Runtime

from pages.handout import packing

MEDIA = "/media/"
_marshall, _stored = button.marshall_file, MemoryMediaFileStorage.get_file


def marshall_file(where: str, data: Any, proto: Any, *more: Any, **named: Any) -> None:
    """Give an address, as any other has one, to a download that is made when asked for.

    The browser's Streamlit would ask for the file itself in another thread, and there is none.
    """
    _marshall(where, data, proto, *more, **named)
    if proto.deferred_file_id:
        proto.url = MEDIA + proto.deferred_file_id


def get_file(storage: MemoryMediaFileStorage, filename: str) -> MemoryFile:
    """The file of an address; one that was put off is made now."""
    manager = runtime.get_instance().media_file_mgr
    if filename in manager._deferred_callables:
        filename = manager.execute_deferred(filename).rpartition("/")[2]
    return _stored(storage, filename)


def plotly_js() -> bytes:
    """plotly.js for a reader's file, from where the page itself has it: it is not in the package
    here.  This is a worker, which may wait for an answer."""
    from pages.components.plot import SOURCE

    request = XMLHttpRequest.new()
    request.open("GET", SOURCE, False)  # relative to the worker's script, in the site's folder
    request.responseType = "arraybuffer"
    request.send()
    if request.status != 200:
        raise FileNotFoundError(f"{SOURCE}: {request.status}")
    found: bytes = request.response.to_bytes()
    return found


def no_emojis() -> ModuleType:
    """Stand-in for Streamlit's list of all emojis, which is slow to load: no icon here is one."""
    module = ModuleType("streamlit.emojis")
    module.__dict__.update(ALL_EMOJIS=frozenset(), EMOJI_EXTRACTION_REGEX=re.compile("(?!)"))
    return module


def mend() -> None:
    """Put `Runtime`'s functions where components look for them, delay downloads until asked, and
    have files take plotly.js from the site."""
    sys.modules["streamlit.emojis"] = no_emojis()
    Runtime.exists = staticmethod(runtime.exists)  # type: ignore[method-assign]
    Runtime.instance = staticmethod(runtime.get_instance)  # type: ignore[method-assign]
    button.marshall_file = marshall_file  # type: ignore[assignment]
    MemoryMediaFileStorage.get_file = get_file  # type: ignore[method-assign, assignment]
    packing.source = plotly_js
