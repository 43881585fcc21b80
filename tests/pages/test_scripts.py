"""Components' scripts: inline, or fetched once by a name that changes with their content."""

import pytest

from pages.components import scripts


@pytest.mark.parametrize("component", scripts.FILES)
def test_every_component_has_a_script_with_a_default_export(component):
    assert "export default" in scripts.text(component)


@pytest.mark.parametrize("component", scripts.FILES)
def test_where_scripts_are_served_a_few_lines_fetch_them(component, monkeypatch):
    monkeypatch.delenv(scripts.SERVED, raising=False)
    assert scripts.script(component) == scripts.text(component)
    monkeypatch.setenv(scripts.SERVED, "1")
    short = scripts.script(component)
    assert len(short) < 1000
    assert scripts.address(component) in short
    assert scripts.served(scripts.address(component)) == scripts.text(component)


@pytest.mark.parametrize("name", ["", "plot", "plot-0", "../app", "nobody-123456789012"])
def test_other_names_are_nothing(name):
    assert scripts.served(name) is None
