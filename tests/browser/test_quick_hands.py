"""A reader who is quicker than the page: nothing is lost, and the page does not die of it."""

import pytest
from playwright.sync_api import expect

from tests.browser.session import Session


@pytest.mark.parametrize("page", ["wirings", "gates", "starts"])
def test_every_message_is_sent_whole(server, page):
    """Streamlit would leave out what the browser said it still has. After a few quick keys it may
    have thrown that away before the answer comes: then its connection ends for good."""
    with Session(server, page=page) as session:
        session.rerun()  # fails at the first message that only refers to an earlier one
        assert session.kept


def test_quick_keys_all_count_and_back_undoes_them_all(app):
    app.open("/wirings?scale=2").go("unrolled")
    for _ in range(12):
        app.slider("Sequence length").press("ArrowRight")
    app.page.wait_for_url("**/unrolled?**steps=32*")
    assert app.idle().slider("Sequence length").input_value() == "32"
    app.page.go_back()
    app.page.wait_for_url("**/wirings?scale=2")
    expect(app.slider("Sequence length")).to_have_value("20")  # the address is back first
    app.page.go_forward()
    app.page.wait_for_url("**/unrolled?**steps=32*")
    expect(app.slider("Sequence length")).to_have_value("32")
    app.idle().check_clean()


def test_keys_back_and_forth_end_where_the_reader_does(app):
    app.open("/wirings?cell=gru&steps=9")
    for presses in (6, -6, 6):
        app.slide("Sequence length", presses)
    assert "steps=15" in app.page.url
    assert app.slider("Sequence length").input_value() == "15"
    app.check_clean()
