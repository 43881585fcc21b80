"""One number of the network or its input, changed by hand on the page of the cell."""

import streamlit as st

from pages.ui import runs, session
from rnn_core.analysis import edits
from rnn_core.analysis.edits import Edit
from rnn_core.engine.cells import Cell
from rnn_core.engine.trace import LayerTrace
from rnn_core.experiment.run import Run
from rnn_core.notation.notation import NOTATIONS, Letters

Block = tuple[str, str]  # what kind of array, which gate
ARRAYS = ("weight_ih", "weight_hh", "weight_ph", "bias_ih", "bias_hh")


def edited(done: Run) -> Run:
    """The run with the reader's changes in it."""
    return runs.edited(done, session.view().edits)[0]


def menu(done: Run, trace: LayerTrace) -> None:
    """Pick a number and change it; `done` is the run as it was drawn, `trace` is on screen."""
    text = session.view().edits
    letters = NOTATIONS[session.view().notation].of(trace.cell)
    made, lost = runs.edited(done, text)
    with st.expander("Change one number", expanded=bool(text), icon=":material/edit:"):
        st.caption(
            "Changes the copy of the network on this page; the picture, the equations, the sums "
            "and the gradient check follow. Other pages keep the network as drawn."
        )
        _picker(made, trace, letters)
        if text:
            words = ", ".join(f"`{part}`" for part in text.split(";"))
            st.markdown(f"Changed: {words}. The loss is **{made.loss:.4g}**, not {done.loss:.4g}.")
            st.button("Undo all", on_click=session.look, kwargs={"edits": ""}, key="edit_undo")
        if lost:
            st.caption(f"Not in this network: {', '.join(f'`{e.name}`' for e in lost)}.")


def _picker(made: Run, trace: LayerTrace, letters: Letters) -> None:
    which, first, second, value = st.columns([3, 1, 1, 1.4])
    blocks = _blocks(trace.cell) + ([("x", "")] if trace.layer == 0 else [])
    with which:
        block = st.selectbox(
            "Number", blocks, format_func=lambda b: _words(b, letters), key="edit_block"
        )
    rows, columns = _shape(trace, block)
    with first:
        row = _whole("Step" if block[0] == "x" else "Unit", rows, "edit_row")
    with second:
        column = _whole("From", columns, "edit_column") if columns else 0
    name, index = _name(made, trace, block), _index(trace, block, row, column)
    key = f"edit:{name}:{':'.join(map(str, index))}"
    with value:
        st.session_state[key] = edits.current(made, name, index)
        st.number_input(
            "Value",
            -edits.LARGEST,
            edits.LARGEST,
            step=0.1,
            format="%.4f",
            key=key,
            on_change=_changed,
            args=(key, name, index),
        )


def _changed(key: str, name: str, index: tuple[int, ...]) -> None:
    """Put the typed value into the link; beyond the most there may be, the oldest gives way."""
    value = round(float(st.session_state[key]), 4)
    kept = edits.merged([*edits.parse_edits(session.view().edits), Edit(name, index, value)])
    session.look(edits=edits.write_edits(kept[-edits.MOST :]))


def _whole(label: str, most: int, key: str) -> int:
    """A number from 1 to `most`, given back from 0."""
    st.session_state[key] = min(int(st.session_state.get(key, 1)), most)
    return int(st.number_input(label, 1, most, key=key)) - 1


def _blocks(cell: Cell) -> list[Block]:
    return [
        (array, gate)
        for array in ARRAYS
        for gate in (cell.peepholes if array == "weight_ph" else cell.gates)
    ]


def _words(block: Block, letters: Letters) -> str:
    array, gate = block
    if array == "x":
        return "x, the input"
    return f"{letters.symbol(f'{array}.{gate}').text}, {letters.word(gate)}"


def _shape(trace: LayerTrace, block: Block) -> tuple[int, int]:
    H, D = trace.weights.weight_hh.shape[1], trace.x.shape[2]
    if block[0] == "x":
        return trace.x.shape[1], D
    return H, {"weight_ih": D, "weight_hh": H}.get(block[0], 0)


def _name(made: Run, trace: LayerTrace, block: Block) -> str:
    """PyTorch's name, behind the stage's if there are two."""
    stage = next(s.name for s in made.stages if any(t is trace for t in s.trace.layers))
    bare = "x" if block[0] == "x" else f"{block[0]}_{trace.suffix}"
    return f"{stage}.{bare}" if len(made.stages) > 1 else bare


def _index(trace: LayerTrace, block: Block, row: int, column: int) -> tuple[int, ...]:
    array, gate = block
    H, cell = trace.weights.weight_hh.shape[1], trace.cell
    if array == "x":
        return row, column
    if array == "weight_ph":
        return cell.peepholes.index(gate), row
    place = cell.gates.index(gate) * H + row
    return (place, column) if array.startswith("weight") else (place,)
