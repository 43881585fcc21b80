"""Trained networks that somebody wants to look inside of, for all readers of this process.

A network goes by a name that follows from its weights: nobody comes by it who was not given the
link. The registry is short; what nobody has looked at for longest falls off.
"""

import threading
from collections import OrderedDict
from typing import Final

from pages.ui import shipped
from rnn_core.applications.probe import Probe

MOST: Final = 64
_kept: OrderedDict[str, Probe] = OrderedDict()
_LOCK: Final = threading.Lock()


def put(found: Probe) -> str:
    """Keep a network and return its name."""
    name = found.name
    with _LOCK:
        _kept[name] = found
        _kept.move_to_end(name)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return name


def get(name: str) -> Probe | None:
    """The network of this name, if it is still here or ships with the app."""
    with _LOCK:
        if name in _kept:
            _kept.move_to_end(name)
            return _kept[name]
    return shipped.opened(name)
