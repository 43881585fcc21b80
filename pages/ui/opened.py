"""Weights from a file: read once, what they leave open is asked, and they go to all pages."""

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.figures.literal import in_markdown
from pages.ui import loaded_model, runs, session
from pages.ui.results import computing
from rnn_core.applications.opened import check_size, probe_of, starting_readout
from rnn_core.engine.network import Network
from rnn_core.engine.readout import READOUTS
from rnn_core.training.questions import Ambiguous
from rnn_core.training.refusal import OtherFormat, shown
from rnn_core.training.weight_files import Stored, make_network, read_weights

NAME, SAID = "opened_file", "opened_said"  # what is kept


@dataclass(frozen=True, eq=False)
class Given:
    """A file that a reader gave, and what is in it."""

    key: str
    name: str
    stored: Stored


def upload() -> Given | None:
    """A reader's file, read once; any file is taken, so that a wrong one can be told what it is."""
    given = st.file_uploader("Weights from a file (.npz or .safetensors)", key="weights_file")
    if given is None:
        session.keep(NAME, None)
        return None
    match session.kept(NAME):
        case (given.file_id, found):
            pass
        case _:
            found = _read(given)
            session.keep(NAME, (given.file_id, found))
            session.keep(SAID, None)
    if isinstance(found, Given):
        return found
    if isinstance(found, ValueError):
        _refuse(found)
    return None


def _read(given: UploadedFile) -> Given | ValueError:
    try:
        return Given(given.file_id, given.name, read_weights(given.getvalue(), given.name))
    except ValueError as fault:
        return fault


def by_itself(given: Given) -> None:
    """Draw the file's content, questions about settings it lacks, and a button that opens it."""
    try:
        network = _network(given.key, given.stored)
        if network is None:
            return
        check_size(network)
    except ValueError as fault:
        _refuse(fault)
        return
    st.markdown(in_markdown(_words(network)))
    if network.output_size and "cell" not in given.stored.about:
        network = replace(network, readout=_readout(given.key, network))
    st.button(
        "Open it by itself",
        icon=":material/search:",
        on_click=_open,
        args=(given.name, network),
        help="It reads your text if that has as many different characters as the network has "
        "inputs, otherwise symbols drawn with a seed, and is shown on all other pages.",
    )
    if (said := session.kept(SAID)) is not None:
        st.markdown(str(said))


def _refuse(fault: ValueError) -> None:
    """Show why a file is not opened, and the code that makes one that is."""
    if isinstance(fault, OtherFormat):
        st.markdown(f":material/error: {in_markdown(fault.words)}")
        st.code(fault.code, language="python", wrap_lines=True)
    else:
        st.markdown(f":material/error: {in_markdown(str(fault))}")


def _network(key: str, stored: Stored) -> Network | None:
    """The file's network, as soon as every question is answered; a `ValueError` says why not."""
    answers: dict[str, str] = {}
    while True:
        try:
            return make_network(stored, **answers)
        except Ambiguous as question:
            answer = _ask(key, question)
            if answer is None:
                return None
            answers[question.name] = answer


def _ask(key: str, question: Ambiguous) -> str | None:
    words = {name: f"{name}: {said}" for name, said in question.options.items()}
    return st.selectbox(
        in_markdown(f"The file does not say {question.asked}"),
        list(words),
        index=None,
        format_func=words.__getitem__,
        key=f"opened_{question.name}_{key}",
    )


def _readout(key: str, network: Network) -> str:
    """Draw the question about the readout: a file of weights does not tell what outputs mean."""
    one = network.output_size == 1  # a softmax over one output is always 1
    names = [n for n in READOUTS if not (one and n.startswith("softmax"))]
    return st.selectbox(
        "Its outputs are read as",
        names,
        index=names.index(starting_readout(network)),
        format_func=lambda name: READOUTS[name].label,
        key=f"opened_readout_{key}",
    )


def _words(network: Network) -> str:
    layers = len(network.layers) // len(network.reverses)
    stacked = f"{layers} layer" + "s" * (layers > 1)
    readout = f"{network.output_size} outputs" if network.output_size else "no readout"
    return (
        f"{network.cell.name.upper()}, {stacked}, {network.direction}: {network.input_size} "
        f"inputs, {network.hidden_size} units, {readout}."
    )


def _open(name: str, network: Network) -> None:
    """Put the network on all other pages; for callbacks."""
    session.tick(0)
    e = session.experiment()
    with computing():
        found = probe_of(shown(name)[1:-1], network, e, runs.series(e))
    loaded_model.show(found)
    session.keep(SAID, f":material/check: {in_markdown(found.title)} is on the other pages now.")
