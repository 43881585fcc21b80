"""Both passes, step by step, on torch tensors: what the scripts for PyTorch and Keras share.

A script is this text with marks such as @SIZES@ filled in; @NETWORK@ is the library's own part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rnn_core.arrays import Array
from rnn_core.code.about import inputs, numbers, title
from rnn_core.code.stored import stored
from rnn_core.engine.network import Network
from rnn_core.experiment.run import Run


def filled(run: Run, weights: Mapping[str, Array], marks: Mapping[str, str]) -> str:
    """The script of a run, with a library's weights and its own parts."""
    network, text = run.stages[-1].network, _SCRIPT
    both = len(network.reverses) == 2
    sides = ("", "_reverse") if both else ("_reverse",) if network.reverses[0] else ("",)
    arrays = {**weights, **inputs(run), **numbers(run)}
    fed = tuple(part.name for part in run.parts if part.fed)
    own = {
        "@TITLE@": title(run),
        "@STORED@": stored(arrays),
        "@SIZES@": repr({s.name: _sizes(s.network) for s in run.stages}),
        "@LAYERS@": str(len(network.layers) // len(network.reverses)),
        "@SIDES@": repr(sides),
        "@WINDOW@": str(run.experiment.window),
        "@FED@": f"FED = {fed!r}  # read their own outputs from the second step on\n"
        if fed
        else "",
        "@WRITE@": _WRITE if fed else "",
        "@RUN@": "(write if name in FED else read)" if fed else "read",
        "@STATES@": repr(network.cell.states),
    }
    for mark, value in {**marks, **own}.items():
        text = text.replace(mark, value)
    return text


def _sizes(network: Network) -> tuple[int, int, int]:
    return network.input_size, network.hidden_size, network.output_size


_SCRIPT: Final = '''"""@TITLE@: forward pass and BPTT in @LIBRARY@.

From Inside Recurrent Networks. Needs @NEEDS@. Weights and inputs are in this file;
the last lines compare what @LIBRARY@ computes with the app's numbers.
"""

@IMPORTS@

# Weights, inputs, targets, and the app's numbers: a compressed .npz in base64.
STORED = """
@STORED@
"""
SIZES = @SIZES@  # of each network: inputs, hidden units, outputs (0: no readout)
LAYERS, SIDES = @LAYERS@, @SIDES@  # "_reverse" reads from right to left
WINDOW = @WINDOW@  # the way back is cut every so many steps; 0: never
@FED@
with np.load(io.BytesIO(base64.b64decode(STORED))) as file:
    arrays = {name: file[name] for name in file.files}


def within(prefix):
    """The stored tensors whose names begin so, without that beginning."""
    found = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
    return {name: torch.from_numpy(array) for name, array in found.items()}


@NETWORK@


def cut(state, count):
    """The state itself, or where the window ends one that no gradient passes."""
    ends = WINDOW and count and count % WINDOW == 0
    return tuple(part.detach() for part in state) if ends else state


def unroll(cell, x, state, side):
    """The states at all boundaries between the steps, left to right; x (T, inputs)."""
    found, order = [state], range(len(x))
    for count, t in enumerate(reversed(order) if side else order):
        state = step(cell, x[t : t + 1], cut(state, count))
        found.append(state)
    return found[::-1] if side else found


def read(network, x, starts):
    """Reads all inputs: the states of every layer, then logits and outputs."""
    states, features, cells = [], x, list(network.cells())
    for layer in range(LAYERS):
        after = []
        for number, side in enumerate(SIDES, layer * len(SIDES)):
            found = unroll(cells[number], features, starts[number], side)
            states.append(found)
            after.append(torch.cat([h for h, *_ in (found[:-1] if side else found[1:])]))
        features = torch.cat(after, dim=1)
    return states, *(network.answer(features) if network.readout else (None, None))


@WRITE@def loss_of(logits, outputs, targets):
    """The loss of every step."""
    return @LOSS@


def beginning(hidden):
    """The states before the first step, of every layer and direction."""
    count, given = LAYERS * len(SIDES), within("start.")
    zero = torch.zeros(count, hidden)
    rows = [given.get(name, zero).clone().requires_grad_() for name in @STATES@]
    return [tuple(part[k : k + 1] for part in rows) for k in range(count)]


networks = {name: Network(name) for name in SIZES}
starts, loss, seen = beginning(next(iter(SIZES.values()))[1]), torch.zeros(()).double(), {}
for name, network in networks.items():
    states, logits, outputs = @RUN@(network, within(f"{name}.")["x"], starts)
    for state in states:
        for h, *_ in state:
            h.retain_grad()
    if outputs is not None:
        given = within(f"{name}.")
        each = given["counts"] * loss_of(logits, outputs, given["targets"])
        loss = loss + each[given["counts"] > 0].sum()
    seen[name] = states, outputs
    starts = [s[0] if side else s[-1] for s, side in zip(states, SIDES * LAYERS)]
if loss.requires_grad:
    loss.backward()

ours = {"loss": loss.detach().numpy()}
for name, (states, outputs) in seen.items():
    if outputs is not None:
        ours[f"{name}.outputs"] = outputs.detach().numpy()
    names = [f"l{layer}{side}" for layer in range(LAYERS) for side in SIDES]
    for layer, state in zip(names, states):
        back = [torch.zeros_like(h) if h.grad is None else h.grad for h, *_ in state]
        ours[f"{name}.{layer}.h"] = np.array([float(h.detach().norm()) for h, *_ in state])
        ours[f"{name}.{layer}.dh"] = np.array([float(g.norm()) for g in back])
@MORE@print(f"loss {float(ours['loss']):.15g}")
if "weights" in ours:
    print(f"norm of all weights' gradients {float(ours['weights']):.15g}")
for where in (name.removesuffix(".h") for name in ours if name.endswith(".h")):
    print(f"{where}\\n   t {'|h|':>22} {'|dL/dh|':>22}")
    for t, pair in enumerate(zip(ours[f"{where}.h"], ours[f"{where}.dh"])):
        print(f"{t:4}", *(f"{value:22.15g}" for value in pair))

apart = 0.0
with np.errstate(all="ignore"):
    for name, mine in ours.items():
        theirs = arrays[f"app.{name}"]
        largest = np.nanmax(np.abs(theirs), initial=0.0)
        off = np.nan_to_num(np.abs(mine - theirs) / (largest or 1.0))
        apart = max(apart, float(np.max(off, initial=0.0)))
said = "the same numbers" if apart < 1e-10 else "rounding grows with every step here"
print(f"farthest from the app, as a share of each series' largest number: {apart:.1e} ({said})")
'''
_WRITE: Final = '''def write(network, x, starts):
    """Reads the first input, then its own outputs."""
    states, cells, logits, outputs = [[s] for s in starts], list(network.cells()), [], []
    features = x[:1]
    for t in range(len(x)):
        (features,) = cut((features,), t)
        for found, cell in zip(states, cells):
            found.append(step(cell, features, cut(found[-1], t)))
            features = found[-1][0]
        z, features = network.answer(features)
        logits.append(z)
        outputs.append(features)
    return states, torch.cat(logits), torch.cat(outputs)


'''
