"""Pages that run again by themselves: by the clock on a server, when drawn without one."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import host


def script() -> None:
    import streamlit as st

    from pages.ui import host

    host.run_again(st.session_state.get("seconds", 0.15))


def asking(test: AppTest) -> list[str]:
    return [element.proto.id for element in test.run().get("bidi_component")]


def test_a_server_lets_streamlit_run_a_page_again_by_the_clock():
    assert host.run_every(0.15) == 0.15 and host.run_every(0.0) is None
    assert not asking(AppTest.from_function(script))


def test_without_a_server_a_page_asks_when_it_is_drawn(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host, "IN_BROWSER", True)
    assert host.run_every(0.15) is None
    test = AppTest.from_function(script)
    first, second = asking(test), asking(test)
    assert len(first) == len(second) == 1
    test.session_state["seconds"] = 0.0
    assert not asking(test)
