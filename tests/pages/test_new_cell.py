"""Every page shows a cell that is not in the project: its class, its entry, its look, no more.

The tables of settings are made when their modules are imported, so the cell joins `CELLS` before,
in an interpreter of its own.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 300
UNTRAINED = "There is no trained network"  # what a page of trained networks says of a new cell


def drive() -> dict[str, list[str]]:
    """Page -> what it complains of, opened on the new cell."""
    from rnn_core.engine.cells import CELLS
    from tests.core.minimal_gated_unit import MGU

    CELLS["mgu"] = MGU
    from streamlit.testing.v1 import AppTest

    from pages.figures import theme
    from pages.ui.contents import FIRST, PAGES

    theme.CELLS["mgu"] = theme.CellLook("MGU", theme.token("update"), "dashdot", "cross")
    found = {}
    for page in PAGES:
        reader = AppTest.from_file(str(ROOT / "pages" / "_shell.py"), default_timeout=60)
        reader.query_params.update({"cell": "mgu", "steps": "12"})
        if page != FIRST:
            reader.switch_page(f"{page}.py")
        reader.run()
        found[page] = [said.value for kind in ("exception", "error") for said in reader.get(kind)]
    return found


def test_every_page_draws_a_new_cell():
    command = [sys.executable, "-m", "tests.pages.test_new_cell"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert len(found) > 25
    wrong = {p: [w for w in said if not w.startswith(UNTRAINED)] for p, said in found.items()}
    assert not {page: said for page, said in wrong.items() if said}


if __name__ == "__main__":
    print(json.dumps(drive()))
