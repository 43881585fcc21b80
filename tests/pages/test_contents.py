"""The table of contents: parts are those that pages draw, links of the bar are made once."""

import ast

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.contents import FOLDER, PAGES


@pytest.mark.parametrize("name", [n for n in PAGES if n != "start"])  # the story has no parts
def test_a_page_is_said_to_have_the_parts_that_it_draws(name):
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    drawn = [y.value.value for y in ast.walk(tree) if isinstance(y, ast.Yield)]
    assert PAGES[name].parts == tuple(dict.fromkeys(drawn))


def two_readers() -> None:
    import streamlit as st

    from pages.ui import contents

    (_, mine), (_, theirs) = contents.navigation(), contents.navigation()
    st.text(mine is not theirs and mine.title == theirs.title == "Start")
    mine._can_be_called = False  # as it is once it has run
    st.text(theirs._can_be_called)
    st.text(contents.page_link("gates").url_path)


def test_a_page_that_has_run_leaves_other_readers_theirs():
    app = AppTest.from_function(two_readers).run(timeout=30)
    assert not app.exception
    assert [text.value for text in app.text] == ["True", "True", "gates"]
    app.run()
    assert [text.value for text in app.text] == ["True", "True", "gates"]
