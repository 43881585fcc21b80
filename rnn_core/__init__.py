"""Recurrent networks in NumPy that keep everything they compute.

* A network: `Network` of a `Cell` (`RNN`, `GRU`, `LSTM`; all of them: `CELLS`).  Its `forward`
  gives a `Trace`, its `backward` a `Gradient`.
* An experiment: `run(Experiment(...))` gives a `Run`: input, networks, traces, gradients.
* Measured on these: `jacobians`, `jacobian_products`, `singular_values`, `loss_state_matrix`,
  `gradient_check`, `clip`.
* Training: `Trainer(Training(...))`, on the tasks of `TASKS` (`make_task`).
* Weights in files: `read_weights` and `make_network`, `to_npz`, `to_safetensors`.
* `NOTATIONS`: the letters of PyTorch, Keras and several lectures, for `rnn_core.notation`.
"""

from rnn_core.analysis.gradient_check import gradient_check
from rnn_core.analysis.jacobians import jacobian_products, jacobians, singular_values
from rnn_core.analysis.loss_state_matrix import loss_state_matrix
from rnn_core.engine.cells import CELLS, GRU, LSTM, RNN, Cell
from rnn_core.engine.clip import clip
from rnn_core.engine.network import Network
from rnn_core.engine.trace import Gradient, Trace
from rnn_core.experiment.experiment import Experiment
from rnn_core.experiment.run import Run, run
from rnn_core.notation.notation import NOTATIONS
from rnn_core.tasks import TASKS, make_task
from rnn_core.training.trainer import Trainer, Training
from rnn_core.training.weight_files import make_network, read_weights, to_npz, to_safetensors

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "NOTATIONS",
    "RNN",
    "TASKS",
    "Cell",
    "Experiment",
    "Gradient",
    "Network",
    "Run",
    "Trace",
    "Trainer",
    "Training",
    "clip",
    "gradient_check",
    "jacobian_products",
    "jacobians",
    "loss_state_matrix",
    "make_network",
    "make_task",
    "read_weights",
    "run",
    "singular_values",
    "to_npz",
    "to_safetensors",
]
