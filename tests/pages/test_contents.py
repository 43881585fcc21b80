"""The links of the navigation bar are made once, and marked anew for each run."""

from streamlit.testing.v1 import AppTest


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
